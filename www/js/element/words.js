/** The element's own words, by language. What the simulator says of a step is English. */

const EN = {
  walk: 'A packet’s walk',
  first: 'First step',
  back: 'Step back',
  next: 'Step forward',
  last: 'Last step',
  step: 'Step',
  speed: 'Speed',
  details: 'every detail',
  tables: 'Tables',
  whose: 'Whose tables',
  follow: 'follow the packet',
  loading: 'Loading…',
  header: 'Packet header',
  trace: 'Trace',
  terminal: 'Terminal',
  command: 'Command',
  unloaded: 'The simulator did not load:',
  line: 'Line',
  stopped: 'Not all of the lab ran.',
};

const ZH = {
  walk: '一个包的路程',
  first: '第一步',
  back: '上一步',
  next: '下一步',
  last: '最后一步',
  step: '步骤',
  speed: '速度',
  details: '所有细节',
  tables: '各种表',
  whose: '谁的表',
  follow: '跟着包走',
  loading: '正在加载……',
  header: '包头',
  trace: '路程',
  terminal: '终端',
  command: '命令',
  unloaded: '模拟器没有加载成功：',
  line: '行',
  stopped: '实验脚本没有全部运行。',
};

/**
 * @param {string} lang a BCP 47 tag
 * @returns {typeof EN}
 */
export const words = (lang) => (/^zh\b/i.test(lang) ? ZH : EN);
