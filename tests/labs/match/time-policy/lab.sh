# -m time, whose answer does not depend on the day; -m policy without IPsec; -m cpu, -m helper, -m cgroup.
ip link set lo up
for tool in iptables iptables-legacy; do
    $tool -A OUTPUT -p icmp --icmp-type 8 -m time
    $tool -A OUTPUT -p icmp --icmp-type 8 -m time --datestart 2020 --datestop 2037
    $tool -A OUTPUT -p icmp --icmp-type 8 -m time --datestop 2020
    $tool -A OUTPUT -p icmp --icmp-type 8 -m time --datestart 2037
    $tool -A OUTPUT -p icmp --icmp-type 8 -m time --weekdays 1,2,3,4,5,6,7
    $tool -A OUTPUT -p icmp --icmp-type 8 -m time ! --weekdays 1,2,3,4,5,6,7
    $tool -A OUTPUT -p icmp --icmp-type 8 -m time --timestart 00:00 --timestop 00:00
    $tool -A OUTPUT -p icmp --icmp-type 8 -m policy --dir out --pol none
    $tool -A OUTPUT -p icmp --icmp-type 8 -m policy --dir out --pol ipsec
    $tool -A OUTPUT -p icmp --icmp-type 8 -m cpu --cpu 77
    $tool -A OUTPUT -p icmp --icmp-type 8 -m cpu ! --cpu 77
    $tool -A OUTPUT -p icmp --icmp-type 8 -m helper --helper ftp
    $tool -A OUTPUT -p icmp --icmp-type 8 -m helper ! --helper ftp
    $tool -A OUTPUT -p icmp --icmp-type 8 -m cgroup --cgroup 0
    $tool -A OUTPUT -p icmp --icmp-type 8 -m cgroup ! --cgroup 0
    $tool -A OUTPUT -p icmp --icmp-type 8 -m cgroup --path /
    ping -q -c 2 -i 0.01 127.0.0.1 > /tmp/out
    $tool -S OUTPUT -v
    $tool -F
done
