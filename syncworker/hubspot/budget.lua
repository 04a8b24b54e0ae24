-- What the budgets of a portal share, in Redis or Valkey: the requests of the last window, who
-- waits, and the day. The same rules as local_state.py; times are the server's own, in seconds.
--
-- KEYS: state (hash), sent (list), searched (list), waiting interactive, scheduled, backfill (zsets)
-- ARGV: operation; its arguments, the limits and the rules as JSON
local STATE, SENT, SEARCHED = KEYS[1], KEYS[2], KEYS[3]
local PRIORITIES = {'interactive', 'scheduled', 'backfill'}
local WAITING = {interactive = KEYS[4], scheduled = KEYS[5], backfill = KEYS[6]}
local operation, given = ARGV[1], cjson.decode(ARGV[2])
local limits, rules = given.limits, given.rules
local clock = redis.call('TIME')
local now = tonumber(clock[1]) + tonumber(clock[2]) / 1000000

local state = {}
local stored = redis.call('HGETALL', STATE)
for place = 1, #stored, 2 do state[stored[place]] = tonumber(stored[place + 1]) end
local changed = {}
local function set(name, value)
  state[name] = value
  changed[#changed + 1] = name
  changed[#changed + 1] = string.format('%.6f', value)
end
local function save()
  if #changed > 0 then
    redis.call('HSET', STATE, unpack(changed))
    redis.call('EXPIRE', STATE, 200000) -- two days and more: the day's count
  end
end

local limit = state.limit or limits.burst
local window = state.window or limits.window

local function room(log, allowed, length)
  local at = redis.call('LINDEX', log, -math.max(1, allowed))
  return at and tonumber(at) + length or 0
end

local function between(log, first, last)
  local found = 0
  for _, at in ipairs(redis.call('LRANGE', log, 0, -1)) do
    local number = tonumber(at)
    if first < number and number <= last then found = found + 1 end
  end
  return found
end

local function ours(sent)
  local first, last = sent - window - rules.slack, sent + rules.slack
  return between(SENT, first, last) - between(SEARCHED, first, last)
end

local function stretched()
  local windows = math.floor((now - (state.stretched_at or 0)) / window)
  return math.max(0, (state.stretch or 0) - windows * rules.stretch_decay)
end

-- What others on the same token used at most in one of the last windows, newest first.
local function others()
  local index = math.floor(now / window)
  local moved = math.max(0, math.min(3, index - (state.foreign_window or 0)))
  local seen = {state.foreign_0 or 0, state.foreign_1 or 0, state.foreign_2 or 0}
  for _ = 1, moved do
    table.insert(seen, 1, 0)
    table.remove(seen)
  end
  return seen, index
end

local function saw_others(used)
  local seen, index = others()
  set('foreign_0', math.max(seen[1], used))
  set('foreign_1', seen[2])
  set('foreign_2', seen[3])
  set('foreign_window', index)
end

-- From when on a priority is served although higher ones wait.
local function turn(priority)
  return priority == 'interactive' and math.huge or state['turn_' .. priority] or 0
end

local function ahead_of(priority)
  local ahead, higher = 0, true
  for _, other in ipairs(PRIORITIES) do
    redis.call('ZREMRANGEBYSCORE', WAITING[other], '-inf', string.format('%.6f', now))
    if other == priority then
      higher = false
    else
      local waiting = redis.call('ZCARD', WAITING[other])
      if higher then
        ahead = ahead + waiting
      elseif waiting > 0 and now >= turn(other) then
        ahead = ahead + 1
      end
    end
  end
  return ahead
end

local function count(log)
  redis.call('RPUSH', log, string.format('%.6f', now))
  redis.call('LTRIM', log, -2 * limit, -1)
  redis.call('PEXPIRE', log, math.ceil(window * 3000))
end

local function answer(kind, ...)
  local told = {kind}
  for _, value in ipairs({...}) do told[#told + 1] = string.format('%.6f', value) end
  save()
  return told
end

local function take()
  local priority = given.priority
  if given.day_end then
    if state.day_end then set('used', 0) end
    set('day_end', given.day_end)
  end
  if not state.day_end or now >= state.day_end then
    -- The calendar is not known here.
    return answer('day_end', now, state.day_end or 0)
  end
  local daily, used = state.daily or limits.daily, state.used or 0
  if now < (state.day_closed or 0) then
    return answer('used_up', now, state.day_closed)
  end
  if daily and used >= daily * given.share_of_day then
    return answer('used_up', now, state.day_end, used, daily)
  end

  local seen = others()
  local guessed = now < (state.guessed_until or 0) and state.guessed or 0
  local foreign = math.max(seen[1], seen[2], seen[3], guessed)
  local margin = foreign > 0 and rules.margin * limit or 0
  local allowed = math.max(
    1, math.floor(rules.least * limit), math.floor(limit - foreign - margin))
  local length = window * (1 + rules.stretch + stretched())
  local gap = length / allowed
  local due = now >= turn(priority)
  local ahead = due and 0 or ahead_of(priority)
  local half = math.max(1, math.floor(allowed * rules.at_once))
  local crowded = foreign > 0 or room(SENT, half, length) > now
  local paced = foreign > 0 or (crowded and not due)
  local next_one = state.next or 0

  local at = math.max(state.closed or 0, room(SENT, allowed, length))
  if paced then at = math.max(at, next_one) end
  if ahead > 0 then
    local own_turn = math.max(at, turn(priority))
    at = math.max(at, room(SENT, allowed - ahead, length))
    if paced then at = math.max(at, next_one + ahead * gap) end
    at = math.min(at, own_turn)
  end
  local till = at
  if given.search then
    local searches = room(SEARCHED, limits.searches, 1 + rules.search_stretch)
    till = math.max(at, state.search_closed or 0, searches)
  end

  local line = WAITING[priority]
  if till > now then
    if at > now then
      redis.call('ZADD', line, string.format('%.6f', at + rules.grace), given.waiter)
      redis.call('EXPIRE', line, 120)
    end
    return answer('wait', math.max(till - now, 0.000001))
  end
  redis.call('ZREM', line, given.waiter)
  count(SENT)
  if given.search then count(SEARCHED) end
  set('used', used + 1)
  if priority ~= 'interactive' then
    set('turn_' .. priority, now + length / (rules['share_' .. priority] * allowed))
  end
  local late = rules.catch_up * gap
  set('next', crowded and math.min(math.max(next_one, now - late) + gap, now + late) or now)
  return answer('sent', now)
end

local function learn()
  local said = given.said
  if said.limit then
    set('limit', said.limit)
    limit = said.limit
  end
  if said.window then
    set('window', said.window)
    window = said.window
  end
  if said.limit and said.remaining then
    local used = said.limit - said.remaining - ours(given.sent or now)
    if used > rules.noise * limit then saw_others(used) end
    -- What HubSpot counts is better than what a refusal let us guess.
    if (state.guessed_until or 0) > 0 then set('guessed_until', 0) end
  end
  if said.daily and said.daily_remaining then
    set('daily', said.daily)
    set('used', said.daily - said.daily_remaining)
  end
  return answer('learnt')
end

local function refused()
  local seconds = given.seconds
  if given.policy == 'DAILY' then
    local known = (given.day_known or state.day_known) and (state.day_end or 0) > now
    set('day_closed', known and state.day_end or now + (seconds > 0 and seconds or 3600))
    return answer('learnt')
  end
  if given.policy == 'SECONDLY' then
    local pause = math.min(seconds > 0 and seconds or 1, rules.longest_pause)
    set('search_closed', math.max(state.search_closed or 0, now + pause))
    return answer('learnt')
  end
  local pause = math.min(
    seconds > 0 and seconds or window * rules.pause, rules.longest_pause)
  set('closed', math.max(state.closed or 0, now + pause))
  -- HubSpot's window is full, and the refused request is not in it.
  local used = limit - ours(given.sent or now) + 1
  if used > 0 then
    set('guessed', used)
    set('guessed_until', now + 3 * window)
  else
    set('stretch', math.min(rules.stretch_most, stretched() + rules.stretch_step))
    set('stretched_at', now)
  end
  return answer('learnt')
end

local function learn_usage()
  set('daily', given.daily)
  set('used', given.used)
  if given.resets_at and given.resets_at > now then
    set('day_end', given.resets_at)
    set('day_known', 1)
  end
  return answer('learnt')
end

-- What is allowed; the day is told only where HubSpot has said something of it.
local function quota()
  if not state.daily then return answer('quota', limit, window) end
  local over = state.day_end and now >= state.day_end
  return answer('quota', limit, window, state.daily, over and 0 or state.used or 0)
end

local operations = {
  take = take, learn = learn, refused = refused, learn_usage = learn_usage, quota = quota}
return operations[operation]()
