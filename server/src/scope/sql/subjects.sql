-- Who stands on each stretch of each item that was viewed: from the stretch that begins with their coming (0 when they
-- were there before the first view) to the one before that which begins with their going. Of items that change,
-- stretches that nobody viewed are left out: there may be thousands.
INSERT INTO subjects
SELECT DISTINCT leak, place, person, reinterpretAsUInt128(if(own = '', toFixedString('', 16), sipHash128(toUInt8(if(listed, 0, 6)), own))) AS self, person IN (SELECT person FROM known) AS listed
FROM
(
  SELECT h.leak AS leak, h.person AS person, h.own AS own, s.changes AS changes,
         arrayJoin(range(if(h.vfrom <= s.t0, 0, come.seg), if(h.vto > s.t1, s.changes + 1, gone.seg))) AS seg,
         reinterpretAsUInt128(sipHash128(h.leak, h.item)) AS page,
         if(seg = 0, page, reinterpretAsUInt128(sipHash128(page, toUInt32(seg)))) AS place
  FROM holders AS h
  INNER JOIN
  (
    SELECT i.leak AS leak, i.item AS item, i.t0 AS t0, i.t1 AS t1, toUInt32(b.n) AS changes
    FROM (SELECT leak, item, min(t) AS t0, max(t) AS t1 FROM matches WHERE ok GROUP BY leak, item) AS i
    LEFT JOIN (SELECT leak, item, count() AS n FROM breaks GROUP BY leak, item) AS b ON i.leak = b.leak AND i.item = b.item
  ) AS s ON h.leak = s.leak AND h.item = s.item
  LEFT JOIN breaks AS come ON h.leak = come.leak AND h.item = come.item AND h.vfrom = come.b
  LEFT JOIN breaks AS gone ON h.leak = gone.leak AND h.item = gone.item AND h.vto = gone.b
  WHERE h.vfrom < h.vto AND h.vfrom <= s.t1 AND h.vto > s.t0
)
WHERE changes = 0 OR place IN (SELECT place FROM views WHERE (leak, item) IN (SELECT leak, item FROM breaks))
