/** The field of 32 elements, x^5 + x^2 + 1, with 2 as its generator: what the check character is computed in. */
const ORDER = 31;
const POWERS                    = powers();
const LOGS                              = new Map(POWERS.map((value, exponent) => [value, exponent]));

function powers()           {
  const found           = [];
  for (let value = 1; found.length < ORDER; value = (value << 1) & 32 ? (value << 1) ^ 0b100101 : value << 1)
    found.push(value);
  return found;
}

/** 2^exponent · value. */
export function timesPower(value        , exponent        )         {
  const log = LOGS.get(value);
  return log === undefined ? 0 : (POWERS[(log + exponent) % ORDER] ?? 0);
}
