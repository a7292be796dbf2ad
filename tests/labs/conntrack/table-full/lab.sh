# A full table: what is ASSURED stays, and whatever would begin a connection is dropped.
ip link set lo up
iptables -A INPUT -m conntrack --ctstate NEW
iptables -A INPUT -m conntrack --ctstate INVALID
iptables -A INPUT -m conntrack --ctstate ESTABLISHED
awk 'BEGIN { for (i = 0; i < 262144; i++) printf "-I -p udp -s 10.1.%d.%d -d 10.2.0.%d --sport 1000 --dport 53 -t 1000 -u ASSURED,SEEN_REPLY\n", i / 256 % 256, i % 256, i / 65536 }' > /tmp/packetwalk-full
conntrack -R /tmp/packetwalk-full
rm /tmp/packetwalk-full
conntrack -C
counted() {
    conntrack -S | tr ' ' '\n' | awk -F= '/^(drop|early_drop|insert_failed|invalid)=/ { sum[$1] += $2 } END { print "drop", sum["drop"], "early", (sum["early_drop"] > 0) ? "some" : "none", "insert_failed", sum["insert_failed"] }'
}
conntrack -I -p udp -s 10.1.0.0 -d 10.3.0.0 --sport 1 --dport 2 -t 100
ping -c2 -W1 127.0.0.1
echo x | nc -u -w1 127.0.0.1 9
counted
dmesg | grep -o 'nf_conntrack: nf_conntrack: table full.*' | tail -n 4 | sed 's/netns [0-9]*/netns N/'
echo "one less"
conntrack -D -p udp -s 10.1.0.5 -d 10.2.0.0 --sport 1000 --dport 53 > /dev/null
ping -c2 -W1 127.0.0.1
conntrack -C
iptables-save -c | grep -e -A
