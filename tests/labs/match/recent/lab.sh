# -m recent: seen, seen so often, of late, updated, removed; its file.
ip link set lo up
show() { cut -d " " -f 1-3,6,7 /proc/net/xt_recent/$1 | sort; }
for tool in iptables iptables-legacy; do
    echo "# $tool"
    $tool -A INPUT -p icmp --icmp-type 8 -m recent --rcheck --hitcount 3 --name a
    $tool -A INPUT -p icmp --icmp-type 8 -m recent --set --name a
    $tool -A INPUT -p icmp --icmp-type 8 -m recent --set --rdest --name b
    $tool -A INPUT -p icmp --icmp-type 8 -m recent --update --hitcount 2 --seconds 1 --rdest --name b
    $tool -A INPUT -p icmp --icmp-type 8 -m recent ! --rcheck --rdest --name c --mask 255.255.255.254
    $tool -A INPUT -p icmp --icmp-type 8 -m recent --rcheck --rdest --rttl --name c
    $tool -A INPUT -p icmp --icmp-type 8 -m ttl --ttl-eq 9 -m recent --remove --rdest --name c
    for last in 2 3; do
        ping -q -c 4 -i 0.01 127.0.0.$last > /tmp/out
    done
    echo +127.0.0.4 > /proc/net/xt_recent/c
    ping -q -c 2 -i 0.01 127.0.0.4 > /tmp/out
    ping -q -c 2 -i 0.01 127.0.0.5 > /tmp/out
    show a
    show b
    show c
    ping -q -c 1 -t 9 127.0.0.5 > /tmp/out
    show c
    sleep 1.1
    ping -q -c 3 -i 0.01 127.0.0.2 > /tmp/out
    show b
    echo +2001:db8::1 > /proc/net/xt_recent/c
    echo +192.0.2.1 > /proc/net/xt_recent/c
    echo +192.0.2.2 > /proc/net/xt_recent/c
    echo -192.0.2.1 > /proc/net/xt_recent/c
    show c
    echo / > /proc/net/xt_recent/c
    show c
    echo nonsense > /proc/net/xt_recent/c
    echo +nonsense > /proc/net/xt_recent/c
    $tool -S INPUT -v
    $tool -F
    cat /proc/net/xt_recent/a
done
