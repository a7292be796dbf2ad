# Deletion by each filter.
ip link set lo up
iptables -A INPUT -m conntrack --ctstate ESTABLISHED
iptables -t nat -A OUTPUT -d 127.0.0.9 -j DNAT --to-destination 127.0.0.10
ip6tables -A INPUT -m conntrack --ctstate ESTABLISHED
fill() {
  conntrack -F 2> /dev/null
  ping -c1 -q -e 72 127.0.0.2 > /dev/null
  ping -c1 -q -e 73 127.0.0.3 > /dev/null
  ping -c1 -q -e 79 127.0.0.9 > /dev/null
  ping -c1 -q -e 70 ::1 > /dev/null
  echo x | nc -u -n -p 40000 -w 1 -q 0 127.0.0.2 9
}
fill
sleep 0.2
for filter in "-d 127.0.0.2" "-s 127.0.0.1" "-r 127.0.0.10" "-q 127.0.0.1 -p udp" "-p icmp --icmp-id 73" "-p udp --orig-port-dst 9" "-p udp --reply-port-src 9" "-g 127.0.0.10" "-n" "-f ipv6" "-m 0" "-u SEEN_REPLY" "-s 127.0.0.0/30" "-d 127.0.0.0 --mask-dst 255.255.255.252" "-s 10.0.0.0/8" "-i 12345" "-p sctp" "-p tcp --state CLOSE"; do
  fill
  sleep 0.1
  echo "== $filter"
  conntrack -D $filter
  echo "status $?"
done
