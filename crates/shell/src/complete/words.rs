//! The words of the tools, one table: for what is typed, and for `man`.

/// What the table says of a tool or of a command of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry {
    /// What it does.
    pub about: &'static str,
    /// What may follow; `<dev>` stands for the names of devices.
    pub words: &'static str,
}

/// `PATH|WHAT IT DOES|WORDS`. After an option, `TOOL -x||VALUES`; after a word of iproute2, `* dev||VALUES`.
const TABLE: &str = "\
* dev||<dev>
* iif||<dev>
* oif||<dev>
* master||<dev>
* netns||<ns>
* scope||global link host
* type||bridge dummy veth
* table||default local main
arp|the neighbours of IPv4|-a -d -e -i -n -s -v <dev>
arp -i||<dev>
bridge|bridges: their ports and what they learnt|-d -j -n -o -p -s fdb link
bridge fdb|addresses that a bridge knows|add del replace show
bridge fdb show||br brport dev state
bridge fdb add||dev master self static dynamic local
bridge fdb del||dev master self
bridge link|ports of bridges|set show
bridge link set||cost dev fastleave flood guard hairpin isolated learning mcast_flood priority
bridge link show||dev
conntrack|connections that the kernel follows|-C -D -E -F -G -I -L -S -U -d -e -f -g -j -n -o -p -q -r -s -t -u --dport --orig-port-dst --orig-port-src --sport --state --mark
conntrack -p||dccp gre icmp icmpv6 sctp tcp udp
conntrack -o||extended id ktimestamp labels save timestamp xml
conntrack -f||ipv4 ipv6
conntrack --state||CLOSE CLOSE_WAIT ESTABLISHED FIN_WAIT LAST_ACK NONE SYN_RECV SYN_SENT TIME_WAIT
curl|asks a server by HTTP|-4 -6 -A -H -I -S -X -f -i -m -o -s -v -w --connect-timeout --resolve http://
docker|the engine of Docker: networks, containers, published ports|
docker exec||<container>
docker connect||<network>
docker inspect||<container> <network>
docker kill||<container>
docker logs||<container>
docker port||<container>
docker rename||<container>
docker restart||<container>
docker rm||<container>
docker start||<container>
docker stop||<container>
docker run||alpine busybox debian httpd nginx redis traefik/whoami
docker create||alpine busybox debian httpd nginx redis traefik/whoami
docker --network||<network> bridge host none
docker --link||<container>
docker --restart||always no on-failure unless-stopped
docker network|networks|
docker network connect||<network> <container>
docker network disconnect||<network> <container>
docker network inspect||<network>
docker network rm||<network>
docker network create||
docker -d||bridge
docker --driver||bridge
docker container|containers|
dockerd|the daemon, when a lab starts its own|--bip --bridge --default-address-pool --fixed-cidr --icc --ip --ip-forward --ip-masq --iptables --ip6tables --ipv6 --mtu --userland-proxy --version-profile
getent|names and addresses as the C library finds them|ahosts ahostsv4 ahostsv6 hosts
ifconfig|devices, as before iproute2|-a -s <dev>
ip|devices, addresses, routes, rules, neighbours, namespaces|-4 -6 -all -br -d -j -n -o -p -s address link neighbour netns route rule
ip -n||<ns>
ip address|addresses|add change del flush replace show
ip address add||broadcast dev label noprefixroute peer scope
ip address del||dev
ip address flush||dev scope
ip address show||dev scope up <dev>
ip link|devices|add del set show
ip link add||address dev mtu name netns peer type
ip link add type||bridge dummy veth
ip link set||address alias arp dev down master mtu name netns nomaster promisc txqueuelen type up <dev>
ip link del||<dev>
ip link show||dev master type up <dev>
ip neighbour|neighbours: ARP and ND|add change del flush get replace show
ip neighbour add||dev lladdr nud permanent
ip neighbour del||dev
ip neighbour show||dev nud proxy
ip netns|namespaces|add delete exec identify list set
ip netns delete||<ns>
ip netns exec||<ns>
ip route|routes|add append change del flush get replace show
ip route add||blackhole default dev metric mtu nexthop onlink prohibit scope src table unreachable via
ip route replace||blackhole default dev metric mtu nexthop onlink prohibit scope src table unreachable via
ip route del||blackhole default dev metric prohibit table unreachable via
ip route get||from iif mark oif
ip route show||cache dev root scope table via
ip rule|which table is asked|add del flush show
ip rule add||blackhole fwmark from iif ipproto lookup not oif pref priority prohibit sport table to unreachable
ip rule del||fwmark from iif lookup not oif pref priority table to
ipset|sets of addresses for rules|add create del destroy flush list rename restore save swap test
ipset create||bitmap:ip bitmap:port hash:ip hash:ip,port hash:mac hash:net hash:net,iface list:set
iptables|rules for packets|-A -C -D -E -F -I -L -N -P -R -S -X -Z -c -d -f -g -i -j -m -n -o -p -s -t -v -w --line-numbers <extension>
iptables -A||<chain>
iptables -C||<chain>
iptables -D||<chain>
iptables -E||<chain>
iptables -F||<chain>
iptables -I||<chain>
iptables -L||<chain>
iptables -P||<chain>
iptables -R||<chain>
iptables -S||<chain>
iptables -X||<chain>
iptables -Z||<chain>
iptables -t||<table>
iptables -m||<match>
iptables -j||<target>
iptables -g||<chain>
iptables -i||<dev>
iptables -o||<dev>
iptables -p||ah all esp icmp icmpv6 sctp tcp udp
iptables --ctstate||DNAT ESTABLISHED INVALID NEW RELATED SNAT UNTRACKED
iptables --state||ESTABLISHED INVALID NEW RELATED UNTRACKED
iptables --dst-type||BROADCAST LOCAL MULTICAST UNICAST
iptables --src-type||BROADCAST LOCAL MULTICAST UNICAST
iptables-restore|takes rules as a whole|-c -n -t -v -w
iptables-restore -t||<table>
iptables-save|prints rules as a whole|-c -t
iptables-save -t||<table>
nc|TCP and UDP by hand; what is typed is sent|-4 -6 -N -k -l -n -p -q -s -u -v -w -z
nfacct|counters for rules|add delete flush get list
nslookup|asks a name server|
nsenter|runs a command in the namespace of a process|-t --net --target
ping|echo requests; ends by Ctrl-C|-4 -6 -I -M -Q -W -c -f -i -l -m -n -p -q -s -t -v -w
ping -I||<dev>
ping -M||do dont want
route|the routes of IPv4, as before iproute2|-n add del
route add||-host -net default dev gw netmask
route del||-host -net default gw netmask
sysctl|the kernel's settings|-a -n -q -w <sysctl>
systemctl|starts and stops Docker|restart start status stop
systemctl restart||docker
systemctl start||docker
systemctl stop||docker
tcpdump|prints packets as a device sees them; ends by Ctrl-C|-A -Q -X -c -e -i -l -n -nn -q -r -t -v -w -x arp dst host icmp icmp6 net not port src tcp udp
tcpdump -i||any <dev>
tcpdump -Q||in inout out
traceroute|the way, hop by hop|-4 -6 -F -I -T -i -m -n -p -q -s -w
traceroute -i||<dev>
wget|fetches by HTTP|-O -S -T -U -q -t --spider http://
";

fn entries() -> impl Iterator<Item = (&'static str, Entry)> {
    TABLE.lines().filter_map(|line| {
        let (path, rest) = line.split_once('|')?;
        let (about, words) = rest.split_once('|')?;
        Some((path, Entry { about, words }))
    })
}

/// What the table says of a path of words.
pub(crate) fn of(path: &[&str]) -> Option<Entry> {
    entries().find(|(words, _)| words.split(' ').eq(path.iter().copied())).map(|(_, entry)| entry)
}

/// A word of the table below a path: iproute2's may be cut.
pub(crate) fn below(path: &[&str], given: &str) -> Option<&'static str> {
    let is_cut = matches!(path.first(), Some(&("ip" | "bridge")));
    let mut next = entries().filter_map(|(words, _)| {
        let mut words = words.split(' ');
        let is_below = path.iter().all(|word| words.next() == Some(word));
        let next = words.next().filter(|_| is_below && words.next().is_none())?;
        (next == given || is_cut && next.starts_with(given)).then_some(next)
    });
    next.find(|word| !word.starts_with('-'))
}

/// A tool's lines, its own first: the words after its name, and what is said of them.
pub(crate) fn page(tool: &str) -> impl Iterator<Item = (&'static str, Entry)> {
    entries().filter_map(move |(path, entry)| {
        let rest = path.strip_prefix(tool)?;
        (rest.is_empty() || rest.starts_with(' ')).then(|| (rest.trim_start(), entry))
    })
}

/// Every tool of the table, with what it does.
pub(crate) fn tools() -> impl Iterator<Item = (&'static str, &'static str)> {
    entries()
        .filter(|(path, entry)| !path.contains(' ') && !entry.about.is_empty())
        .map(|(p, e)| (p, e.about))
}
