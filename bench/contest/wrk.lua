-- Sends the requests of a file, one after the other, and tells what came of it as one line of JSON.
-- The file holds whole requests, each after its length and a line feed. With a second argument, each of the
-- connections waits about that many milliseconds between requests, so that the load is the same for everybody.
local requests, position, pause = {}, 0, nil

function init(arguments)
  local file = assert(io.open(arguments[1], "rb"))
  local text = file:read("*a")
  file:close()
  local at = 1
  while at <= #text do
    local finish = assert(text:find("\n", at, true))
    local length = tonumber(text:sub(at, finish - 1))
    requests[#requests + 1] = text:sub(finish + 1, finish + length)
    at = finish + length + 1
  end
  pause = tonumber(arguments[2])
  if pause then
    math.randomseed(1)
    delay = function() return math.floor(-pause * math.log(1 - math.random()) + 0.5) end
  end
end

function request()
  position = position % #requests + 1
  return requests[position]
end

function done(summary, latency)
  local errors = summary.errors
  print(string.format(
    'RESULT {"requests": %d, "seconds": %.6f, "refused": %d, "broken": %d, "p50_ms": %.3f, "p99_ms": %.3f}',
    summary.requests, summary.duration / 1e6, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
