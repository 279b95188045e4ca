INSERT INTO recipients
SELECT v, any(cls), sum(others), sum(n), if(countIf(t0 >= 0) = 0, -1, minIf(t0, t0 >= 0)), max(t1)
FROM shown
GROUP BY v
