# Insert, replace, delete, check, rename, flush and zero.
iptables -A INPUT -s 10.0.0.1 -j ACCEPT
iptables -A INPUT -s 10.0.0.3 -j ACCEPT
iptables -I INPUT 2 -s 10.0.0.2 -j ACCEPT
iptables -I INPUT -s 10.0.0.0 -j ACCEPT
iptables -S INPUT
iptables -R INPUT 1 -s 10.0.0.9 -j DROP
iptables -D INPUT 2
iptables -D INPUT -s 10.0.0.3 -j ACCEPT
iptables -S INPUT
iptables -C INPUT -s 10.0.0.9 -j DROP
echo $?
iptables -C INPUT -s 10.0.0.8 -j DROP
echo $?
iptables -N one
iptables -N two
iptables -A INPUT -j one
iptables -A one -j two
iptables -E one three
iptables -S
iptables -X two
iptables -F three
iptables -X two
iptables -F
iptables -X
iptables -S
iptables -P INPUT DROP
iptables -P INPUT ACCEPT
iptables -t mangle -N deep
iptables -t mangle -X deep
iptables -t mangle -S
