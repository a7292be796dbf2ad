# The same addresses in two zones are two connections; zones of one direction; filters by zone.
ip link set lo up
iptables -A INPUT -m conntrack --ctstate ESTABLISHED
iptables -t raw -A OUTPUT -d 127.0.0.5 -j CT --zone 7
iptables -t raw -A OUTPUT -d 127.0.0.6 -j CT --zone-orig 8
iptables -t raw -A OUTPUT -d 127.0.0.7 -j CT --zone-reply 9
iptables -t raw -S
for i in 5 6 7; do ping -c1 -q -e 77 127.0.0.$i > /dev/null; done
sleep 0.1
conntrack -L
conntrack -L -o save | sort
conntrack -L -w 7
conntrack -L --orig-zone 8
conntrack -L --reply-zone 9
conntrack -L -w 8
cat /proc/net/nf_conntrack | sort
conntrack -D -w 7
conntrack -G -p icmp -s 127.0.0.1 -d 127.0.0.6 --icmp-type 8 --icmp-code 0 --icmp-id 77
echo "status $?"
conntrack -C
