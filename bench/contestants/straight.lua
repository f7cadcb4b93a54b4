-- One add_lead per request, straight to the dialer: wrk … -s straight.lua URL -- FIRST_NUMBER THREADS

package.path = (debug.getinfo(1, "S").source:match("^@(.*)/") or ".") .. "/?.lua;" .. package.path
local leads = require("leads")

setup = leads.setup
done = leads.done

local head, check

function init(arguments)
  leads.init(arguments)
  head = "POST /elision-dialer/elision-api/main.php HTTP/1.1\r\nHost: " .. wrk.host
    .. "\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: "
  -- The ids are not kept here: without a gateway in between they are the dialer's own, a hundred thousand a second.
  check = leads.checker("^200$", '"Lead ID":"(%d+)"', false)
end

function request()
  local phone, name = leads.next()
  local body = "source=gateway&action=add_lead&custom_fields=Y&list_id=25062018&phone_number=" .. phone .. "&MobileNo="
    .. phone .. "&CustomerName=" .. name:gsub(" ", "+") .. "&EnquiryType=Test+drive&LeadSource=Website"
    .. "&LeadfromURL=https%3A%2F%2Fwww.example.com%2Fmodels%2Foffers%3Futm_source%3Dnewsletter"
  return head .. #body .. "\r\n\r\n" .. body
end

function response(status, headers, body)
  check(status, headers, body)
end
