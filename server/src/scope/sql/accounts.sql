-- The class of each account that viewed something. An id may be an employee's in staff tools and a customer's in
-- the shop, so the order in which directories are asked follows the kind of log (docs/counting.md).
INSERT INTO accounts
SELECT
  ns,
  account,
  toUInt8(multiIf(
    ns >= 10, ns - 10,
    ns = 1 AND account IN (SELECT id FROM staff WHERE kind = 5), 5,
    ns = 1 AND account IN (SELECT id FROM staff), 4,
    ns != 1 AND isCustomer, 0,
    account IN (SELECT id FROM sellers), 3,
    ns = 1 AND isCustomer, 0,
    account IN (SELECT id FROM staff WHERE kind = 5), 5,
    account IN (SELECT id FROM staff), 4,
    6)) AS cls,
  reinterpretAsUInt128(sipHash128(cls, account)) AS v
FROM (SELECT ns, account, account IN (SELECT person FROM known) AS isCustomer FROM (SELECT DISTINCT ns, account FROM matches WHERE ok AND account != '' AND NOT own))
