-- Each subject of each spot with what others saw of them there: the spot's totals less the person's own visits. Who
-- viewed a spot where they stand themselves is left out of its first and last by its two earliest and two latest
-- viewers; times are held one too high there, because an element that an array lacks is 0 and -1 means none. Whether
-- somebody is among the viewers is not to be told from their lines: a recipient who was stated has none.
INSERT INTO person_spots
SELECT
  s.leak, p.host, p.place, s.person, s.listed,
  p.total - o.n AS n,
  if(o.was, o.first, p.first) AS t0,
  if(o.was, o.last, p.last) AS t1,
  p.named - o.was AS named
FROM subjects AS s
INNER JOIN
(
  SELECT spot, any(place) AS place, any(host) AS host, count() AS viewers, sum(n) AS total, countIf(cls != 1) AS named,
         if(total = 0, -1, minIf(t0, n != 0)) AS first, max(t1) AS last
  FROM shown
  GROUP BY spot
) AS p ON s.place = p.place
LEFT JOIN
(
  SELECT e.spot AS spot, e.v AS v, e.n AS n, toUInt8(1) AS was,
         if(x.firsts[1].2 = e.v, x.firsts[2].1, x.firsts[1].1) - 1 AS first,
         if(x.lasts[1].2 = e.v, x.lasts[2].1, x.lasts[1].1) - 1 AS last
  FROM (SELECT spot, v, n FROM shown WHERE own > 0) AS e
  INNER JOIN
  (
    SELECT spot, arrayMap(y -> (y.1 + 1, y.2), groupArraySortedIf(2)((t0, v), n != 0)) AS firsts,
           arrayMap(y -> (1 - y.1, y.2), groupArraySortedIf(2)((-t1, v), n > 0)) AS lasts
    FROM shown
    WHERE spot IN (SELECT spot FROM shown WHERE own > 0)
    GROUP BY spot
  ) AS x ON e.spot = x.spot
) AS o ON p.spot = o.spot AND s.self = o.v
WHERE p.viewers > o.was
