-- Who stands on each stretch of each item that was viewed. Within a stretch nothing changes, so it is enough to
-- ask whether a person stood there at its beginning.
INSERT INTO subjects
SELECT DISTINCT leak, item, seg, person, if(own = '', toFixedString('', 16), sipHash128(toUInt8(if(person IN (SELECT person FROM known), 0, 6)), own))
FROM
(
  SELECT h.leak AS leak, h.item AS item, h.person AS person, h.own AS own, h.vfrom AS vfrom, h.vto AS vto,
         arrayJoin(arrayEnumerate(arrayPushFront(b.bs, s.t0))) - 1 AS seg, if(seg = 0, s.t0, b.bs[seg]) AS start
  FROM holders AS h
  INNER JOIN (SELECT leak, item, min(t) AS t0 FROM matches WHERE ok GROUP BY leak, item) AS s
  ON h.leak = s.leak AND h.item = s.item
  LEFT JOIN breaks AS b ON h.leak = b.leak AND h.item = b.item
)
WHERE vfrom <= start AND vto > start
