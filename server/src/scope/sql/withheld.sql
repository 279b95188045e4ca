-- Ids of staff that are no pseudonym's to replace: staff whose data was shown, and staff who stand as recipients in
-- another class than their own. In capitals or not, because a log may write E1 for e1. Whoever the directory knows by
-- the very same id is a customer.
INSERT INTO withheld
SELECT DISTINCT id
FROM
(
  SELECT person AS id FROM status
  UNION ALL
  SELECT account AS id FROM accounts WHERE cls = 6 OR (cls = 3 AND account NOT IN (SELECT id FROM sellers))
)
WHERE id NOT IN (SELECT person FROM known) AND lowerUTF8(id) IN (SELECT lowerUTF8(id) FROM staff WHERE id != '')
