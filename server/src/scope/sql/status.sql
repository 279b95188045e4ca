-- exposed wins over unknown, in whichever leak; leaks are kept as bits so that fields can be united.
INSERT INTO status
SELECT person, groupBitOr(e) AS ex, groupBitOr(u) AS un, sum(n), if(countIf(t0 >= 0) = 0, -1, minIf(t0, t0 >= 0)), max(t1), max(named)
FROM
(
  SELECT person, bitShiftLeft(toUInt64(1), leak) AS e, toUInt64(0) AS u, toInt64(n) AS n, t0, t1, named FROM person_spots
  UNION ALL
  SELECT person, 0, 0, -toInt64(n), -1, -1, 0 FROM again
  UNION ALL
  SELECT person, bitShiftLeft(toUInt64(1), leak), 0, 0, -1, -1, 1 FROM stated
  UNION ALL
  SELECT person, 0, bitShiftLeft(toUInt64(1), leak), 0, -1, -1, 0 FROM hidden
  UNION ALL
  SELECT person, 0, bitShiftLeft(toUInt64(1), leak), 0, -1, -1, 0 FROM doubtful
)
GROUP BY person
