/** How a batch of settlements and admissions asks budgets; after MONEY. */
export const ADMISSION_MONEY = `
local function settleMoney(call, cost, attempt)
  if call.by then return end
  call.by, call.isChanged = attempt, true
  if not cost then
    local before = call.attempts[attempt]
    local isTold = before and (before.isKnown or before.owed > 0)
    if isTold and call.unknown == 0 then put(call, 0, call.due) end
    return
  end
  local more = attempt == '' and math.max(0, cost - call.charged - call.owed) or noteDebt(call, attempt, cost)
  put(call, call.unknown > 0 and math.max(0, call.held - more) or 0, call.due + more)
end

local function settleHold(key, id, cost, attempt)
  local call = callAt(key, id)
  if call then settleMoney(call, cost >= 0 and cost or nil, attempt) end
end

local function sums(counter)
  return string.format(' %.0f %.0f %.0f', counter.spent, counter.due, counter.held)
end

-- The answer if budgets refuse, else nothing and what is to be held.
local function judge(ask)
  local missing, least = '', math.max(1, ask.least)
  for place, budget in ipairs(ask.budgets) do
    local counter = counterAt(budget.key)
    if not counter.isKnown and budget.start >= tonumber(since) then begin(counter, 0, budget.life) end
    if not counter.isKnown then missing = missing .. ' ' .. (place - 1) end
  end
  if missing ~= '' then return '3' .. missing end
  local free, refusal
  for place, budget in ipairs(ask.budgets) do
    local counter = counterAt(budget.key)
    local unspent = budget.most - counter.spent - counter.due
    local left = unspent - counter.held
    if unspent < least then return '2 ' .. (place - 1) .. sums(counter) end
    if left < least and not refusal then refusal = '2 ' .. (place - 1) .. sums(counter) end
    free = math.min(free or left, left)
  end
  return refusal, math.min(free, math.max(least, ask.likely, math.min(ask.most, math.floor(free / 8))))
end

local function hold(ask, amount)
  local money = newCall(ask.money.key, ask.call, ask.ends, ask.money.ends)
  local answer = ' ' .. integer(amount)
  for _, budget in ipairs(ask.money.budgets) do
    table.insert(money.places, budget.key)
    table.insert(money.places, budget.most)
  end
  put(money, amount, 0)
  for _, budget in ipairs(ask.money.budgets) do answer = answer .. sums(counterAt(budget.key)) end
  return answer
end
`;
