-- What both wrk scripts share: numbers that never repeat, counting of the answers, and one line of JSON at the end.
--
-- A run gets a range of its own (FIRST_NUMBER .. + RANGE) and every wrk thread a slice of it, so that no phone number
-- comes twice in a whole benchmark. Neighbouring numbers are spread over the whole range of Indian mobiles: a sorted
-- stream of keys would be kinder to an index than real life is.

local leads = {}

local SPAN = 3000000000 -- 7000000000 .. 9999999999
local FACTOR = 1000003 -- prime and no divisor of SPAN, so that the spread is one to one; the product fits 53 bits
local RANGE = 5000000

local threads = {}

function leads.setup(thread)
  thread:set("number", #threads)
  table.insert(threads, thread)
end

function leads.init(arguments)
  local first, total = tonumber(arguments[1] or "0"), tonumber(arguments[2] or "1")
  local slice = math.floor(RANGE / total)
  position = first + number * slice
  last = position + slice
  answers, created, with_id, repeats, other, first_other = 0, 0, 0, 0, 0, ""
end

-- The next phone number and a name that goes with it.
function leads.next()
  if position >= last then
    error("this run has used up its phone numbers: make the round shorter")
  end
  local n = position
  position = position + 1
  return string.format("%.0f", 7000000000 + (n * FACTOR) % SPAN), string.format("Caller %d", n)
end

-- `accepted` matches the status that means success, `pattern` captures the Lead ID.
function leads.checker(accepted, pattern, remember)
  local seen = {}
  return function(status, _, body)
    answers = answers + 1
    if not string.match(tostring(status), accepted) then
      other = other + 1
      if first_other == "" then first_other = status .. " " .. string.sub(body or "", 1, 300) end
      return
    end
    created = created + 1
    local id = string.match(body, pattern)
    if id == nil then return end
    with_id = with_id + 1
    if remember then
      if seen[id] then repeats = repeats + 1 end
      seen[id] = true
    end
  end
end

local function quoted(text)
  return '"' .. string.gsub(text, '[%c"\\]', function(c) return string.format("\\u%04x", string.byte(c)) end) .. '"'
end

function leads.done(summary, latency)
  local sums, example = { answers = 0, created = 0, with_id = 0, repeats = 0, other = 0 }, ""
  for _, thread in ipairs(threads) do
    for name in pairs(sums) do sums[name] = sums[name] + thread:get(name) end
    if example == "" then example = thread:get("first_other") end
  end
  local e = summary.errors
  io.write(string.format(
    '\nBENCH {"seconds":%.6f,"requests":%d,"answers":%d,"created":%d,"with_id":%d,"repeats":%d,"other":%d,'
      .. '"errors":%d,"timeouts":%d,"p50_ms":%.3f,"p90_ms":%.3f,"p99_ms":%.3f,"p999_ms":%.3f,"max_ms":%.3f,"example":%s}\n',
    summary.duration / 1e6, summary.requests, sums.answers, sums.created, sums.with_id, sums.repeats, sums.other,
    e.connect + e.read + e.write, e.timeout, latency:percentile(50) / 1e3, latency:percentile(90) / 1e3,
    latency:percentile(99) / 1e3, latency:percentile(99.9) / 1e3, latency.max / 1e3, quoted(example)))
end

return leads
