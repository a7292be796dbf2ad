# Every timeout can be set, and counts from the next packet on.
ip link set lo up
iptables -A INPUT -m conntrack --ctstate ESTABLISHED
sysctl -a 2> /dev/null | grep '^net.netfilter.nf_conntrack' | grep -v 'buckets\|_max =\|_count'
for i in generic_timeout icmp_timeout icmpv6_timeout udp_timeout udp_timeout_stream gre_timeout gre_timeout_stream tcp_timeout_established tcp_timeout_syn_sent tcp_timeout_close tcp_timeout_max_retrans sctp_timeout_closed sctp_timeout_heartbeat_sent frag6_timeout; do
  sysctl -w net.netfilter.nf_conntrack_$i=7
done
sysctl -w net.netfilter.nf_conntrack_udp_timeout=-5
sysctl -w net.netfilter.nf_conntrack_udp_timeout=x
sysctl -w net.netfilter.nf_conntrack_log_invalid=255
sysctl -w net.netfilter.nf_conntrack_log_invalid=256
sysctl -w net.netfilter.nf_conntrack_tcp_loose=2
sysctl -w net.netfilter.nf_conntrack_events=0
sysctl -w net.netfilter.nf_conntrack_events=3
sysctl -w net.netfilter.nf_conntrack_helper=1
sysctl -w net.netfilter.nf_conntrack_dccp_loose=1
sysctl -w net.netfilter.nf_conntrack_udp_timeout=9
cat /proc/sys/net/netfilter/nf_conntrack_udp_timeout
echo 11 > /proc/sys/net/netfilter/nf_conntrack_udp_timeout
sysctl -n net.netfilter.nf_conntrack_udp_timeout
ping -c1 -q -e 70 127.0.0.4 > /dev/null
nc -n -N -p 40001 127.0.0.2 81 < /dev/null
sleep 0.1
conntrack -L
