/** Words behind a slash, and the button each of them is. What they are called stands in content/phrases.yaml. */
export const commands: ReadonlyMap<string, string> = new Map([
  ['menu', 'menu:'],
  ['lop', 'ask:training'],
  ['canbo', 'human:ask'],
  ['riengtu', 'ask:privacy_policy'],
  ['xoa', 'ask:data_erasure'],
]);
