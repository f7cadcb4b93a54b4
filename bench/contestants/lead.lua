-- One lead per request to POST /v1/leads: wrk … -s lead.lua URL -- FIRST_NUMBER THREADS KEY [PREFER] [ACCEPTED]

package.path = (debug.getinfo(1, "S").source:match("^@(.*)/") or ".") .. "/?.lua;" .. package.path
local leads = require("leads")

setup = leads.setup
done = leads.done

local head, check

function init(arguments)
  leads.init(arguments)
  local prefer = arguments[4] and arguments[4] ~= "" and ("Prefer: " .. arguments[4] .. "\r\n") or ""
  head = "POST /v1/leads HTTP/1.1\r\nHost: " .. wrk.host .. "\r\nAuthorization: Bearer " .. arguments[3]
    .. "\r\nContent-Type: application/json\r\n" .. prefer .. "Content-Length: "
  check = leads.checker(arguments[5] or "^201$", '"lead_id":%s*"?(%d+)', true)
end

function request()
  local phone, name = leads.next()
  local body = '{"CustomerName":"' .. name .. '","MobileNo":"' .. phone .. '","EnquiryType":"Test drive",'
    .. '"LeadfromURL":"https://www.example.com/models/offers?utm_source=newsletter"}'
  return head .. #body .. "\r\n\r\n" .. body
end

function response(status, headers, body)
  check(status, headers, body)
end
