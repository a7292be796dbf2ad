/**
 * The page in Chinese: what stands in its markup and what its modules say, by the English words.
 */

/** @type {Record<string, string>} */
export const WORDS = {
  // The markup.
  'To the picture': '跳到图',
  'The page is still loading. If this stays, one of its files did not load: try again.':
    '页面还在加载。如果这行字一直在，就是有文件没能加载：请再试一次。',
  Lab: '实验',
  'By hand': '手工搭建',
  Docker: 'Docker',
  'Docker’s default bridge, 2015': 'Docker 的默认网桥，2015 年',
  'A firewall on INPUT, and the published port is public': '防火墙写在 INPUT 上，发布的端口却是公开的',
  'A DOCKER-USER rule that never matches': 'DOCKER-USER 里一条从不匹配的规则',
  'A container and its own published port': '容器和它自己发布的端口',
  'The same without bridge netfilter': '同上，没有 bridge netfilter',
  'Two containers on one bridge cross FORWARD': '同一网桥上的两个容器也要过 FORWARD',
  'Docker broke my virtual machines’ bridge': '装了 Docker，虚拟机的网桥就坏了',
  'Two networks and their published ports': '两个网络，和彼此发布的端口',
  'UDP still goes to the old container': 'UDP 还在往旧容器去',
  'Is 127.0.0.1:8080 published?': '127.0.0.1:8080 算发布了吗？',
  'Two macvlans reach the LAN, and not their own host': '两个 macvlan 能到局域网，却到不了自己的主机',
  'The firewall denies the port, and it is public': '防火墙拒绝了端口，端口却是公开的',
  'A DOCKER-USER rule with --dport 8080': 'DOCKER-USER 里带 --dport 8080 的规则',
  'A DOCKER-USER drop that kills replies': 'DOCKER-USER 里的 DROP 杀掉了回答',
  'A container and a service on its host': '容器和主机上的服务',
  'Straight to a container’s address, 20.10': '直接去容器的地址，20.10',
  'The same since Docker 28': '同上，Docker 28 之后',
  'Is -p 127.0.0.1:8080:80 private?': '-p 127.0.0.1:8080:80 是私有的吗？',
  'A container and its own port, by the proxy': '容器和它自己的端口，经过代理',
  'The same without the proxy': '同上，没有代理',
  'The host’s 127.0.0.1:8080, by the proxy': '主机的 127.0.0.1:8080，经过代理',
  'userland-proxy=false': 'userland-proxy=false',
  'Two Docker networks': '两个 Docker 网络',
  'Every client looks like 172.17.0.1': '每个客户看上去都是 172.17.0.1',
  'A bridge of virtual machines, before Docker': '虚拟机的网桥，装 Docker 之前',
  'icc=false': 'icc=false',
  'What --internal cuts off': '--internal 切断了什么',
  'I accepted it, so who dropped it?': '我放行了，那是谁丢的？',
  'Two networks, one default gateway': '两个网络，一个默认网关',
  'Docker’s subnet swallows a VPN': 'Docker 的网段吞掉了 VPN',
  'The rules vanish with a reload': '防火墙重新加载，规则就没了',
  'UDP to the old container, by hand': 'UDP 去了旧容器，手工重现',
  'Your own lab': '你自己的实验',
  Labs: '全部实验',
  Terminal: '终端',
  'Edit lab': '编辑实验',
  Share: '分享',
  'A link to this lab, this walk and this step': '一个链接：这个实验、这段路程、这一步',
  Save: '保存',
  'The lab (.sh)': '实验脚本（.sh）',
  'The trace (.txt)': '路程（.txt）',
  'The frames (.pcapng)': '帧（.pcapng）',
  'The picture (.svg)': '图（.svg）',
  'This lab’s walks': '这个实验里的路程',
  'Any walk': '任选一段路程',
  From: '从',
  by: '用',
  port: '端口',
  'somebody listens': '有程序监听',
  To: '到',
  address: '地址',
  Address: '地址',
  Walk: '走',
  'The walk': '路程',
  Playback: '播放',
  'First step': '第一步',
  'First step (Home)': '第一步（Home）',
  'Step back': '上一步',
  'Step back (←)': '上一步（←）',
  Play: '播放',
  'Step forward': '下一步',
  'Step forward (→)': '下一步（→）',
  'Last step': '最后一步',
  'Last step (End)': '最后一步（End）',
  Step: '步骤',
  Speed: '速度',
  'Loading…': '正在加载……',
  'Packet header': '包头',
  Inside: '内核里面',
  'The kernel’s path': '内核里的路径',
  Trace: '路程',
  'every detail': '所有细节',
  'Compare this walk with…': '把这段路程和……相比',
  'a change': '一处改动',
  'Command, run before the walk': '路程之前运行的命令',
  'The edited lab': '改过的实验',
  Compare: '比较',
  Tables: '各种表',
  'Whose tables': '谁的表',
  'follow the packet': '跟着包走',
  Tutorial: '英文教程',
  'In your own page': '放进你自己的网页',
  'Matches and targets, and how far each is simulated': '每种匹配和目标，各模拟到什么程度',
  'The lab is a script of Linux commands': '实验就是一段 Linux 命令的脚本',
  Close: '关闭',
  Script: '脚本',
  'What it printed': '它的输出',
  'Back to the original': '恢复原样',
  Run: '运行',
  // The gallery.
  Search: '搜索',
  'Search the labs': '搜索实验',
  'No lab has these words.': '没有实验含有这些词。',
  // The chooser.
  'another address…': '另一个地址……',
  'host → internet': '主机 → 互联网',
  'host → LAN': '主机 → 局域网',
  'host → container': '主机 → 容器',
  'container → container': '容器 → 容器',
  'container → internet': '容器 → 互联网',
  'container → LAN': '容器 → 局域网',
  'internet → container': '互联网 → 容器',
  // The comparison.
  'the edited lab': '改过的实验',
  'a command of your own…': '你自己的命令……',
  'an edited lab…': '改过的实验……',
  'FORWARD’s policy {0}': 'FORWARD 的默认策略 {0}',
  'ip_forward off': '关闭 ip_forward',
  'ip_forward on': '打开 ip_forward',
  'rp_filter strict': 'rp_filter 设为严格',
  'route_localnet on': '打开 route_localnet',
  'bridge-nf-call-iptables off': '关闭 bridge-nf-call-iptables',
  'bridge-nf-call-iptables on': '打开 bridge-nf-call-iptables',
  'userland-proxy off': '关闭 userland-proxy',
  'userland-proxy on': '打开 userland-proxy',
  'The changed lab cannot be walked: {0}': '改过的实验走不了：{0}',
  'The command failed with status {0}.': '命令失败了，退出状态 {0}。',
  'The command did not run: {0}.': '命令没有运行：{0}。',
  'The command failed, and this walk is the same.': '命令失败了，这段路程没有变。',
  'The edited lab has errors, and this walk is the same.': '改过的实验有错误，这段路程没有变。',
  'The change complains: {0}': '改动报错：{0}',
  'They go one way, all {0} steps: the change makes no difference to this walk.':
    '两者走同一条路，全部 {0} 步：这处改动对这段路程没有影响。',
  '(in {0}) ': '（在 {0}）',
  'There is nothing more.': '再没有下一步。',
  'They part at step {0}, in {1}. ': '在第 {0} 步分开，在 {1}。',
  'As it is: {0} With {1}: {2}': '原样：{0}改动（{1}）之后：{2}',
  'The same first step': '相同的第一步',
  'The same {0} steps': '相同的 {0} 步',
  'here they part': '从这里分开',
  'As it is': '原样',
  'With {0}': '改动：{0}',
  'Nothing more.': '再没有了。',
  'one more step': '还有一步',
  '{0} more steps': '还有 {0} 步',
  'Show this lab instead': '改为显示这个实验',
  // The kernel's path.
  'Inside {0}': '{0} 的内核里面',
  'Inside {0}: the bridge itself calls its hooks': '{0} 的内核里面：网桥自己调用这些钩子',
  in: '进',
  out: '出',
  bridge: '网桥',
  route: '路由',
  socket: '套接字',
  neighbour: '邻居',
  'not on the way': '不在路上',
  'still to come': '还没到',
  passed: '经过',
  accepted: '放行',
  rewritten: '改写',
  arrived: '到达',
  dropped: '丢弃',
  // Legs, in the saved trace.
  request: '请求',
  reply: '回答',
  error: '错误',
  arp: 'ARP',
  // The editor and the page.
  'Line {0}: ': '第 {0} 行：',
  'Line {0}: {1}': '第 {0} 行：{1}',
  ' (and {0} more)': '（还有 {0} 处）',
  'What goes wrong': '哪里出错',
  'Not all of the lab ran.': '实验脚本没有全部运行。',
  'A command of the lab failed.': '实验里有一条命令失败了。',
  'Typed at the terminals': '在终端里敲的',
  'Link copied': '链接已复制',
  'Link is in the address bar': '链接在地址栏里',
  'This link is damaged: its lab cannot be read. The first lab is shown instead.':
    '这个链接坏了：里面的实验读不出来。先显示第一个实验。',
  'There is no lab {0} on this page. The first lab is shown instead.': '本页没有实验 {0}。先显示第一个实验。',
  'The walk of this link, “{0}”, cannot be taken: {1}.': '这个链接里的路程“{0}”走不了：{1}。',
  'The walk of this link, “{0}”, sends nothing: {1}.': '这个链接里的路程“{0}”什么也没有发出：{1}。',
  'this browser is offline, and it was not fetched before': '浏览器离线了，而这部分之前没有取来',
  'no walk on show': '没有正在显示的路程',
  'the simulator is not loaded': '模拟器还没有加载',
  'The lab did not load: {0}': '实验没有加载成功：{0}',
  // The matrix.
  Matrix: '可达矩阵',
  'Who can reach whom': '谁能到达谁',
  Port: '端口',
  'Ports to ask': '要问的端口',
  Ask: '问',
  'Building the lab…': '正在搭建实验……',
  'Asking…': '正在询问……',
  'Questions asked': '已问的问题',
  'Show the walk': '显示这段路程',
  'to itself {0}': '到自己{0}',
  '{0} questions asked.': '问了 {0} 个问题。',
  '{0} more ports have listeners.': '还有 {0} 个端口有程序监听。',
  answered: '有回答',
  delivered: '已送达',
  refused: '被拒绝',
  'reply lost': '回答丢了',
  'not sent': '没有发出',
  'The matrix did not load: {0}': '矩阵没有加载成功：{0}',
  'The gallery did not load: {0}': '实验列表没有加载成功：{0}',
  'The terminal did not load: {0}': '终端没有加载成功：{0}',
  'The simulator did not load: {0}. The page needs WebAssembly and its own files.':
    '模拟器没有加载成功：{0}。本页需要 WebAssembly 和它自己的文件。',
  'Theme: {0}': '配色：{0}',
  auto: '自动',
  light: '浅色',
  dark: '深色',
  // The terminals.
  'Terminal of {0}': '{0} 的终端',
  Terminals: '终端',
  'Open the terminal of': '打开谁的终端',
  'Open…': '打开……',
  Undo: '撤销',
  'screen reader': '屏幕阅读器',
  'Tab completes': 'Tab 补全',
  'Escape, then Tab leaves': '先按 Escape 再按 Tab 离开',
  'Close the terminals': '关闭终端',
  runs: '运行中',
  'The shell of {0} has ended.': '{0} 的 shell 结束了。',
  'Choose whose terminal to open, or close the terminals.': '请选择打开谁的终端，或关闭终端。',
  'The host’s tools in the network namespace of container {0}, as nsenter has them. A shell of its own, at the host: docker exec -it {0} sh':
    '这里是主机的工具，在容器 {0} 的网络命名空间里，和 nsenter 一样。容器自己的 shell，请在主机上运行：docker exec -it {0} sh',
  'The lab was started anew.': '实验重新开始了。',
  'Take back “{0}” (Ctrl-Z outside the terminal)': '撤销“{0}”（在终端外按 Ctrl-Z）',
  'Nothing to take back': '没有可撤销的',
  'undone: {0}': '已撤销：{0}',
  // The gallery.
  'One machine on a home LAN, three containers, as Docker 1.5 set them up.':
    '家用局域网上的一台主机，三个容器，按 Docker 1.5 的方式搭起来。',
  'Seven walks: who is rewritten, by which rule, and who cannot be reached.':
    '七条路：谁被改写，由哪条规则改写，谁到不了。',
  'An INPUT chain that drops everything.': '一条丢掉一切的 INPUT 链。',
  'A published port is forwarded: the chain is never asked.': '发布的端口走的是转发：没有人问这条链。',
  'A rule on the published port, behind the rewriting.': '写在发布端口上的规则，位置在改写之后。',
  'It never matches.': '它从不匹配。',
  'A container connects to its own published port; bridge netfilter is on.':
    '容器连接自己发布的端口；bridge netfilter 开着。',
  'The bridge never sends a frame back by the port that it came from.': '网桥从不把帧从它进来的端口送回去。',
  'The same without bridge netfilter.': '同上，没有 bridge netfilter。',
  'The host drops what comes from one of its own addresses.': '主机丢掉源地址是它自己地址的包。',
  'Frames that only cross a bridge.': '只过网桥的帧。',
  'They meet FORWARD all the same.': '它们照样要过 FORWARD。',
  'A policy of DROP, and a bridge of virtual machines.': '策略是 DROP，外加一个虚拟机的网桥。',
  'Their frames are dropped, though nothing is routed.': '它们的帧被丢掉，虽然什么也没有路由。',
  'Two bridges kept apart, and a published port.': '两个隔开的网桥，和一个发布的端口。',
  'What was rewritten is dropped between the bridges.': '被改写的包在两个网桥之间被丢掉。',
  'A rule names a new container.': '规则写的是新容器。',
  'The connection table remembers the old one.': '连接表还记得旧的那个。',
  'A rule rewrites what goes to 127.0.0.1.': '一条规则改写去往 127.0.0.1 的包。',
  'There is no way for such a packet.': '这样的包没有路可走。',
  'Two namespaces on the LAN itself, by macvlan interfaces on the host’s eth0; Docker’s macvlan driver makes such.':
    '两个命名空间直接在局域网上，靠主机 eth0 上的 macvlan 接口；Docker 的 macvlan 驱动做的就是这种。',
  'They reach each other and the router, and the one address that they never reach is their own host’s.':
    '它们到得了彼此和路由器，唯一永远到不了的，是自己主机的地址。',
  'INPUT drops everything, and a port is published with docker run -p.':
    'INPUT 丢掉一切，同时用 “docker run -p” 发布了一个端口。',
  'The neighbour gets in: its packet is rewritten and forwarded, and INPUT is never asked.':
    '邻居进得来：它的包被改写后转发，没有人问 INPUT。',
  'Port 8080 is published, and dropped in DOCKER-USER.': '发布了 8080 端口，又在 DOCKER-USER 里丢掉它。',
  'The rule never matches: by then the packet’s port is 80.': '规则从不匹配：到那里时，包的端口已经是 80。',
  'DOCKER-USER lets only the LAN in from eth0.': 'DOCKER-USER 只放局域网从 eth0 进来。',
  'The container’s own pings are answered, and the answers are dropped.':
    '容器自己的 ping 有人答，答复却被丢掉。',
  'The host listens on port 9000, and its INPUT chain drops by policy.':
    '主机在 9000 端口上监听，INPUT 链的策略是丢弃。',
  'Docker writes nothing in INPUT: the container times out where the LAN gets in.':
    'Docker 不往 INPUT 里写东西：局域网进得来，容器却超时。',
  'A neighbour has a route to 172.17.0.0/16 by the Docker host.':
    '邻居有一条经 Docker 主机去 172.17.0.0/16 的路由。',
  'It reaches the published container without its published port.': '它不用发布的端口就到得了容器。',
  'The same route, and an engine of today.': '同一条路由，换成今天的引擎。',
  'The packet is dropped in the raw table, before DOCKER-USER could save it.':
    '包在 raw 表里就被丢掉，DOCKER-USER 来不及救它。',
  'A port is published on 127.0.0.1 alone.': '端口只发布在 127.0.0.1 上。',
  'The LAN is refused; a rule of the raw table guards the loopback address too.':
    '局域网被拒绝；raw 表的一条规则也守着环回地址。',
  'A container connects to the port that it publishes itself.': '容器连接它自己发布的端口。',
  'docker-proxy takes the connection and makes one of its own: the client is 172.17.0.1.':
    'docker-proxy 接下连接，自己另开一条：客户端成了 172.17.0.1。',
  'userland-proxy=false: NAT has to turn the packet round on the bridge.':
    'userland-proxy=false：NAT 得让包在网桥上掉头。',
  'It needs hairpin mode and a MASQUERADE of the container to itself.':
    '这需要 hairpin 模式，和一条容器对自己的 MASQUERADE。',
  'The host connects to a published port by its loopback address.': '主机从环回地址连接发布的端口。',
  'No rule is met: a process listens there.': '没有遇到任何规则：有一个进程在那里监听。',
  'The same without docker-proxy.': '同上，没有 docker-proxy。',
  'A packet from 127.0.0.1 leaves by docker0: route_localnet lets it.':
    '来自 127.0.0.1 的包从 docker0 出去：route_localnet 放行了它。',
  'web and api are in networks of their own.': 'web 和 api 各在自己的网络里。',
  'The isolation chains drop what goes straight from one to the other; the published port answers.':
    '隔离链丢掉两边直接来往的包；发布的端口有人答。',
  'A container’s log shows the bridge’s address for its clients.': '容器的日志里，客户端都是网桥的地址。',
  'The proxy is the client. From the LAN the true address arrives: try it.':
    '客户端其实是代理。从局域网来的是真地址：试试看。',
  'Two virtual machines on a bridge of the host.': '主机的网桥上有两台虚拟机。',
  'They talk. Type systemctl start docker and set bridge-nf-call-iptables=1: they do no more.':
    '它们能通。输入 “systemctl start docker”，再设 bridge-nf-call-iptables=1：就不通了。',
  'A network whose containers may not talk to each other.': '一个不许容器互相来往的网络。',
  'They do, by their published ports, and they reach the host.': '它们经由发布的端口照样来往，也到得了主机。',
  'A network without a way out.': '一个没有出口的网络。',
  'The host stays a neighbour: its services are reached.': '主机仍是邻居：它的服务到得了。',
  'Rules of iptables and of iptables-legacy at one hook.':
    'iptables 和 iptables-legacy 的规则挂在同一个钩子上。',
  'A packet must pass both, and iptables -S shows one.': '包两边都得过，而 iptables -S 只显示一边。',
  'A container in one network; connect it to alpha and look again.':
    '容器在一个网络里；把它连到 alpha，再看一次。',
  'docker network connect changes the default route without a word.':
    '“docker network connect” 一声不响地换了默认路由。',
  'A VPN’s route comes up after a network of Docker’s.': '先有 Docker 的网络，后来 VPN 的路由才起来。',
  'The longer prefix wins: the packets go to the bridge.': '前缀长的赢：包去了网桥。',
  'A published port, before a firewall is reloaded.': '防火墙重新加载之前，发布的端口。',
  'Type iptables-restore with rules of your own, and walk again: only the proxy answers.':
    '用你自己的规则运行 iptables-restore，再走一次：只剩代理在应答。',
  'A DNS container was replaced, and the rule too.': '换了一个 DNS 容器，规则也换了。',
  'The connection table remembers the old one. conntrack -D helps.':
    '连接表还记得旧的那个。conntrack -D 管用。',
};

const ATTRIBUTES = ['aria-label', 'title', 'placeholder', 'label'];

/** Puts the page's markup into Chinese. */
export function translate() {
  const root = document.documentElement;
  root.lang = 'zh-Hans';
  document.title = 'packetwalk：Docker 的默认网桥，一个包一个包地看';
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = texts.nextNode(); node; node = texts.nextNode()) {
    const text = node.textContent ?? '';
    const word = text.trim();
    if (WORDS[word]) node.textContent = text.replace(word, WORDS[word]);
  }
  for (const name of ATTRIBUTES)
    for (const element of document.body.querySelectorAll(`[${name}]`)) {
      const word = WORDS[element.getAttribute(name) ?? ''];
      if (word) element.setAttribute(name, word);
    }
  for (const link of document.querySelectorAll('a[data-language]')) {
    link.setAttribute('href', './');
    link.setAttribute('lang', 'en');
    link.setAttribute('hreflang', 'en');
    link.textContent = 'English';
  }
}
