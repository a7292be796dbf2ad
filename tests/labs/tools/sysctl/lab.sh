# sysctl: reading, writing, quietly, and names with dots or slashes.
sysctl net.ipv4.ip_forward
sysctl -n net.ipv4.ip_forward
sysctl -w net.ipv4.ip_forward=1
sysctl net.ipv4.ip_forward=0
sysctl -q -w net.ipv4.ip_forward=1
sysctl net/ipv4/ip_forward
sysctl net.ipv4.conf.all.forwarding net.ipv4.conf.default.forwarding net.ipv4.conf.lo.forwarding
sysctl -w net.ipv4.conf.lo.rp_filter=2 net.ipv4.conf.lo.route_localnet=1
sysctl net.ipv4.ip_default_ttl
sysctl net.ipv4.conf.lo.proxy_arp
sysctl -n net.ipv4.ping_group_range
sysctl net.ipv4.ip_local_port_range
sysctl -e net.ipv4.no_such_thing
sysctl net.ipv4.icmp_echo_ignore_all
