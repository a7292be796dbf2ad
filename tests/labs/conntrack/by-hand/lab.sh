# Entries made, changed and deleted by hand, and the errors.
iptables -A INPUT -m conntrack --ctstate ESTABLISHED
conntrack -I -p udp -s 1.2.3.4 -d 5.6.7.8 --sport 1 --dport 2 -t 50
conntrack -I -p udp -s 1.2.3.4 -d 5.6.7.8 --sport 1 --dport 2 -t 50
echo "status $?"
conntrack -A -p udp -s 1.2.3.4 -d 5.6.7.8 --sport 1 --dport 2 -t 55
echo "status $?"
conntrack -A -p udp -s 1.2.3.4 -d 5.6.7.8 --sport 1 --dport 3 -t 55
conntrack -I -p udp -s 1.2.3.4 -d 5.6.7.8 --sport 1
conntrack -I -p tcp -s 1.2.3.4 -d 5.6.7.8 --sport 1 --dport 2 -t 50
conntrack -I -p tcp -s 1.2.3.4 -d 5.6.7.8 --sport 1 --dport 3 --state LISTEN -t 50
conntrack -I -p tcp -s 1.2.3.4 -d 5.6.7.8 --sport 1 --dport 4 --state ESTABLISHED -t 50 -u SEEN_REPLY,ASSURED -n 9.9.9.9
conntrack -I -p tcp -s 1.2.3.4 -d 5.6.7.8 --sport 1 --dport 5 --state ESTABLISHED -t 50 -u SEEN_REPLY,ASSURED -g 9.9.9.9:80
conntrack -I -p tcp -s 1.2.3.4 -d 5.6.7.8 -r 7.7.7.7 -q 8.8.8.8 --sport 1 --dport 6 --reply-port-src 6 --reply-port-dst 1 --state CLOSE -t 50 -w 3 --mark 0x10
conntrack -I -p icmp -s 1.2.3.4 -d 5.6.7.8 --icmp-type 8 --icmp-code 0 --icmp-id 33 -t 50
conntrack -I -p icmpv6 -s fd00::1 -d fd00::2 --icmpv6-type 128 --icmpv6-code 0 --icmpv6-id 33 -t 50
conntrack -I -p 50 -s 1.2.3.4 -d 5.6.7.8 -t 50
conntrack -I -p udp -r 1.2.3.4 -q 5.6.7.8 --reply-port-src 1 --reply-port-dst 22 -t 50
conntrack -I -p udp -s 1.2.3.4 --sport 1 --dport 2222 -t 0
conntrack -I -p udp -s 1.2.3.4 -d 5.6.7.8 --sport 1 --dport 9 -t 50 -u EXPECTED
conntrack -L
conntrack -L -n
conntrack -L -g 9.9.9.9
conntrack -L -n 9.9.9.9 -o save
conntrack -U -p udp -s 1.2.3.4 -d 5.6.7.8 --sport 1 --dport 2 -m 9 -t 100
conntrack -U -p udp -s 1.2.3.4 -d 5.6.7.8 --sport 1 --dport 3 -u ASSURED,SEEN_REPLY
conntrack -U -p udp -m 6
echo "status $?"
conntrack -U -s 9.9.9.9 -m 6
echo "status $?"
conntrack -U -p tcp -s 1.2.3.4 -d 5.6.7.8 --sport 1 --dport 6 -m 6
echo "status $?"
conntrack -L -u ASSURED
conntrack -D -p tcp --state ESTABLISHED
conntrack -D -p tcp --state ESTABLISHED
echo "status $?"
conntrack -D -s 1.2.3.4 -p icmp -o save
conntrack -D -f ipv6 -o xml | sed 's/<id>[0-9]*/<id>N/; s/<timeout>[0-9]*/<timeout>N/'
conntrack -F -f ipv6
conntrack -C
conntrack -F
conntrack -C
