-- An item whose people change while it is being viewed is split into the stretches between the changes. Most
-- items have none, because reviews seldom come and go within a leak's window. Stretch 0 is the one before the first
-- change.
INSERT INTO breaks
SELECT leak, item, b, toUInt32(row_number() OVER (PARTITION BY leak, item ORDER BY b)) AS seg
FROM
(
  SELECT DISTINCT leak, item, b
  FROM
  (
    SELECT h.leak AS leak, h.item AS item, arrayJoin([h.vfrom, h.vto]) AS b, s.t0 AS t0, s.t1 AS t1
    FROM holders AS h
    INNER JOIN (SELECT leak, item, min(t) AS t0, max(t) AS t1 FROM matches WHERE ok GROUP BY leak, item) AS s
    ON h.leak = s.leak AND h.item = s.item
  )
  WHERE b > t0 AND b <= t1
)
