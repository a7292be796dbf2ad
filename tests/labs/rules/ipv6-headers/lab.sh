# IPv6's fragment header and interface identifiers, as rules see them without conntrack.
ip netns add a
ip link add left address 02:00:00:00:00:01 type veth peer name eth0 address 02:00:00:00:00:0a netns a
ip netns exec a sysctl -q -w net.ipv6.conf.eth0.accept_dad=0
sysctl -q -w net.ipv6.conf.left.accept_dad=0
ip netns exec a ip addr add fd00::ff:fe00:a/64 dev eth0 nodad
ip netns exec a ip addr add fd00::b/64 dev eth0 nodad
ip netns exec a ip link set eth0 up
ip addr add fd00::1/64 dev left nodad
ip link set left up
ip link set lo up
sleep 0.2

for face in nft legacy; do
    i="ip6tables-$face -t mangle -A PREROUTING -i left -s fd00::/16"
    $i -p ipv6-icmp -m icmp6 --icmpv6-type echo-request
    $i -m frag
    $i -m frag --fragfirst
    $i -m frag --fragmore --fragres
    $i -m frag --fraglast
    $i -m frag ! --fragid :
    $i -m ipv6header --header frag --soft
    $i -m ipv6header --header frag,prot
    $i -m ipv6header ! --header frag --soft -m length --length 1000:
    $i -m eui64 -m length --length 1000:
    $i -m mac --mac-source 02:00:00:00:00:0a -m length --length 1000:
    $i -m mac ! --mac-source 02:00:00:00:00:0a
    $i -m hbh
    $i -m dst
    $i -m rt
    $i -m srh
    $i -m ah
    $i -p mh -m mh
    $i -m hl --hl-eq 64 -m length --length 1000:
    $i -m string --algo bm --string 01234567 --from 48 -m frag
done

ip netns exec a ping -q -c 1 -s 1000 -I fd00::ff:fe00:a fd00::1 | grep received
ip netns exec a ping -q -c 1 -s 1000 -I fd00::b fd00::1 | grep received
ip netns exec a ping -q -c 1 -s 4000 -p 3031323334353637 -I fd00::b fd00::1 | grep received
ip6tables-nft -t mangle -S PREROUTING -v | grep -v -e -P
ip6tables-legacy -t mangle -S PREROUTING -v | grep -v -e -P
