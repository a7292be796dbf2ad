# The timeouts that conntrack starts with.
iptables -A INPUT -m conntrack --ctstate INVALID
sysctl net.netfilter.nf_conntrack_tcp_timeout_established
sysctl net.netfilter.nf_conntrack_tcp_timeout_syn_sent
sysctl net.netfilter.nf_conntrack_tcp_timeout_syn_recv
sysctl net.netfilter.nf_conntrack_tcp_timeout_fin_wait
sysctl net.netfilter.nf_conntrack_tcp_timeout_close_wait
sysctl net.netfilter.nf_conntrack_tcp_timeout_last_ack
sysctl net.netfilter.nf_conntrack_tcp_timeout_time_wait
sysctl net.netfilter.nf_conntrack_tcp_timeout_close
sysctl net.netfilter.nf_conntrack_icmp_timeout
sysctl net.netfilter.nf_conntrack_generic_timeout
sysctl net.netfilter.nf_conntrack_tcp_loose
sysctl -n net.netfilter.nf_conntrack_count
sysctl -w net.netfilter.nf_conntrack_icmp_timeout=5
ip link set lo up
ping -c1 -q 127.0.0.1
sleep 0.1
conntrack -L
