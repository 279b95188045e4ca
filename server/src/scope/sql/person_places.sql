-- Each subject of each place with what others saw of them there: the place's totals less the person's own visits.
-- The two earliest and two latest viewers of a place are enough to leave one viewer out of first and last;
-- their times are held one too high, because an element that an array lacks is 0 and -1 means none. Whether the
-- person is among the viewers is not to be told from their lines: a recipient who was stated has none.
INSERT INTO person_places
SELECT
  s.leak, p.host, s.item, s.person,
  p.total - o.n AS n,
  if(p.firsts[1].2 = s.self, p.firsts[2].1, p.firsts[1].1) - 1 AS t0,
  if(p.lasts[1].2 = s.self, p.lasts[2].1, p.lasts[1].1) - 1 AS t1,
  p.named - o.was AS named
FROM subjects AS s
INNER JOIN
(
  SELECT leak, host, item, seg, count() AS viewers, sum(n) AS total, countIf(cls != 1) AS named,
         arrayMap(x -> (x.1 + 1, x.2), groupArraySortedIf(2)((t0, v), n != 0)) AS firsts,
         arrayMap(x -> (1 - x.1, x.2), groupArraySortedIf(2)((-t1, v), n > 0)) AS lasts
  FROM shown
  GROUP BY leak, host, item, seg
) AS p ON s.leak = p.leak AND s.item = p.item AND s.seg = p.seg
LEFT JOIN (SELECT leak, host, item, seg, v, n, 1 AS was FROM shown WHERE v IN (SELECT self FROM subjects)) AS o
ON s.leak = o.leak AND p.host = o.host AND s.item = o.item AND s.seg = o.seg AND s.self = o.v
WHERE p.viewers > o.was
