-- The union for a share of the sets: how much is held at once hangs on the share.
INSERT INTO set_viewers
SELECT id, arrayMap(c -> toInt64(countEqual(groupArray(cls), c)), range(7))
FROM
(
  SELECT s.id AS id, w.v AS v, any(w.cls) AS cls
  FROM
  (
    SELECT id, arrayJoin(places) AS place
    FROM (SELECT id, any(places) AS places FROM place_sets WHERE id % {shares:UInt32} = {share:UInt32} GROUP BY id)
  ) AS s
  INNER JOIN (SELECT DISTINCT place, v, cls FROM shown WHERE v IN (SELECT v FROM roaming)) AS w ON s.place = w.place
  GROUP BY id, v
)
GROUP BY id
