# tcpdump: options, messages, when packets reach it, counters, files.
t() { echo "\$ $*"; timeout 15 "$@"; echo "= $?"; }
ip link set lo up
ip netns add a
ip link add eth0 type veth peer name eth0 netns a
ip link set eth0 address 02:00:00:00:00:01; ip netns exec a ip link set eth0 address 02:00:00:00:00:02
ip addr add 10.0.0.1/24 dev eth0; ip link set eth0 up
ip netns exec a ip addr add 10.0.0.2/24 dev eth0; ip netns exec a ip link set eth0 up; ip netns exec a ip link set lo up
ip neigh replace 10.0.0.2 lladdr 02:00:00:00:00:02 dev eth0 nud permanent
ip netns exec a ip neigh replace 10.0.0.1 lladdr 02:00:00:00:00:01 dev eth0 nud permanent
ping -e 77 -c 1 10.0.0.2 >/dev/null
sysctl -qw net.ipv6.conf.all.disable_ipv6=1; ip netns exec a sysctl -qw net.ipv6.conf.all.disable_ipv6=1
A="ip netns exec a"
t tcpdump -h
t tcpdump --version
t tcpdump -Z
t tcpdump -i
t tcpdump -ni nodev
t tcpdump -n -i eth0 'frob x'
t tcpdump -n -i eth0 host
t tcpdump -n -i eth0 -c x
t tcpdump -n -i eth0 -c 0
t tcpdump -n -i eth0 -c -1
t tcpdump -n -i eth0 -s x
t tcpdump -n -i eth0 -s 300000 -c 1 -w /dev/null
t tcpdump -n -i eth0 -B x
t tcpdump -n -i 99
t tcpdump -n -i eth0 -r x
t tcpdump -n -r /nosuch
t tcpdump -L
t tcpdump -Lni eth0
t tcpdump -n -i eth0 -Q foo
t tcpdump -n -i eth0 -w /nosuch/x
t tcpdump -n -i eth0 -y FOO
t tcpdump -n -F /nosuch
t tcpdump -n -i any -e -y FOO
r() { echo "\$ $*"; "$@" & sleep 0.5; ping -e 77 -c 2 -i 0.2 10.0.0.2 >/dev/null; sleep 0.3;  wait; echo "= $?"; }
r timeout 2 tcpdump -n -i eth0 -c 1
r timeout 2 tcpdump -n -i eth0 -c 3 icmp
r timeout 2 tcpdump -n -i eth0
r timeout 2 tcpdump -n -l -i eth0
r timeout -s INT 2 tcpdump -n -i eth0
r timeout 2 tcpdump -ni any -c 2
r timeout 2 tcpdump -nei any -c 2
r timeout 2 tcpdump -nei eth0 -c 2
r timeout 2 tcpdump -nqi eth0 -c 2
r timeout 2 tcpdump -nti eth0 -c 2
r timeout 2 tcpdump -nqti eth0 -c 2 icmp
r timeout 2 tcpdump -nti lo -c 2
r timeout 2 tcpdump -nti eth0 -Q in -c 2
r timeout 2 tcpdump -nti eth0 --direction=out -c 2
r timeout 2 tcpdump -nti eth0 -c 2 'icmp[0] == 8'
r timeout 2 tcpdump -nti eth0 -c 2 icmp and 'icmp[0] == 0'
r timeout 2 tcpdump -n -i eth0 -c 2 -w /tmp/net-tcpdump.pcap
r timeout 2 tcpdump -nt -r /tmp/net-tcpdump.pcap
t tcpdump -nt -r /tmp/net-tcpdump.pcap
t tcpdump -nt -r /tmp/net-tcpdump.pcap -c 1
t tcpdump -nter /tmp/net-tcpdump.pcap 'icmp[0]==0'
r timeout 2 tcpdump -n -t -p -U -# -S -i eth0 -c 2
r timeout 2 tcpdump -n -t -c 2
r timeout 2 tcpdump -nt -i eth0 -c 2 --immediate-mode
r timeout 2 tcpdump -ni eth0 -c 1 --nosuch
r timeout 2 tcpdump -nt -c1 -i eth0 --count
r timeout 2 tcpdump -nt --count -r /tmp/net-tcpdump.pcap
ip link set eth0 down
r timeout 1.5 tcpdump -nti eth0 -c 10 2>/dev/null
r timeout 0.8 tcpdump -nti eth0
r timeout 0.8 tcpdump -nti eth0 -w /tmp/net-tcpdump
r timeout 0.8 tcpdump -nti eth0 --immediate-mode
r timeout 1.9 tcpdump -nti eth0 -w /tmp/net-tcpdump --print
ping -e 77 -c 1 127.0.0.1 >/dev/null
lo() { echo "\$ $*"; "$@" & sleep 0.5; ping -e 77 -c 1 127.0.0.1 >/dev/null; sleep 0.3;  wait; echo "= $?"; }
lo timeout 1.5 tcpdump -nti lo
lo timeout 1.5 tcpdump -nti any
lo timeout 1.5 tcpdump -neti any
t timeout 1 tcpdump -n -i eth0 -i lo

t tcpdump -n -i eth0 -c 1
