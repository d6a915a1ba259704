-- Every request writes another name, so that each is a real change with history and audit.
local count = 0
function request()
  count = count + 1
  local body = string.format('{"name":"Perf %d"}', count)
  return wrk.format("PATCH", nil, nil, body)
end
function done(summary)
  if summary.errors.status > 0 then io.write("  Non-2xx: ", summary.errors.status, "\n") end
end
