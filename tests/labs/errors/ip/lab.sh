# ip and its errors.
ip link set eth9 up
echo $?
ip addr add 10.0.0.1/24 dev eth9
echo $?
ip addr add 10.0.0.300/24 dev lo
echo $?
ip addr add 10.0.0.1/33 dev lo
ip addr add 10.0.0.1/24
ip addr add 10.0.0.1/24 dev lo
ip addr add 10.0.0.1/24 dev lo
ip addr del 10.0.0.2/24 dev lo
echo $?
ip link add br0 type bridge
ip link add br0 type bridge
ip link add x type nosuchtype
ip link add
ip link add averylongnameindeed type bridge
ip link set lo master br0
ip link set br0 mtu huge
ip link del eth9
ip link frob
ip frob
echo $?
ip route add default via 10.9.9.9
ip route add 10.0.0.0/8 dev eth9
ip route add 10.0.0.1/8 dev lo
ip route add 10.5.0.0/16
ip route add 10.5.0.0/16 via
ip route add 10.5.0.0/16 frob
ip route del 10.77.0.0/16
ip route get
ip neigh add 10.0.0.5 dev br0
ip neigh del 10.0.0.6 dev br0
