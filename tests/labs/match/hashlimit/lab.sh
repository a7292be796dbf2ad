# -m hashlimit: a bucket for each address, for all, for each port; above and up to; a shared table; what
# /proc shows; buckets that expire.
ip link set lo up
for tool in iptables iptables-legacy; do
    echo "# $tool"
    $tool -A INPUT -p icmp --icmp-type 8 -m hashlimit --hashlimit-upto 1/min --hashlimit-burst 2 --hashlimit-mode dstip --hashlimit-name dst
    $tool -A INPUT -p icmp --icmp-type 8 -m hashlimit --hashlimit-above 1/min --hashlimit-burst 3 --hashlimit-name all
    $tool -A INPUT -p icmp --icmp-type 8 -m hashlimit --hashlimit-upto 1/hour --hashlimit-burst 1 --hashlimit-mode dstip --hashlimit-dstmask 31 --hashlimit-name net
    $tool -A INPUT -p udp -m hashlimit --hashlimit-upto 1/min --hashlimit-burst 2 --hashlimit-mode dstport --hashlimit-name port
    $tool -A INPUT -p icmp --icmp-type 8 -m hashlimit --hashlimit-upto 7/min --hashlimit-mode dstip --hashlimit-name dst
    for last in 2 3 4; do
        ping -q -c 4 -i 0.01 127.0.0.$last > /tmp/out
    done
    for port in 1 1 1 2 2; do
        echo x | nc -u -w 1 -p 4000 127.0.0.1 $port
        sleep 0.02
    done
    $tool -S INPUT -v
    sort /proc/net/ipt_hashlimit/port | cut -d ' ' -f 2
    sort /proc/net/ipt_hashlimit/net | cut -d ' ' -f 2,5
    $tool -F
    cat /proc/net/ipt_hashlimit/net
    $tool -A INPUT -p icmp --icmp-type 8 -m hashlimit --hashlimit-upto 1/hour --hashlimit-burst 1 --hashlimit-name short --hashlimit-htable-expire 100 --hashlimit-htable-gcinterval 100
    ping -q -c 2 -i 0.01 127.0.0.1 > /tmp/out
    sleep 0.6
    cat /proc/net/ipt_hashlimit/short
    ping -q -c 2 -i 0.01 127.0.0.1 > /tmp/out
    $tool -S INPUT -v
    $tool -F
done
ip6tables -A INPUT -p icmpv6 --icmpv6-type 128 -m hashlimit --hashlimit-upto 1/hour --hashlimit-burst 2 --hashlimit-mode srcip,dstip --hashlimit-name six
ping -q -c 3 -i 0.01 ::1 > /tmp/out
ip6tables -S INPUT -v
cut -d ' ' -f 2,4,5 /proc/net/ip6t_hashlimit/six
