# What each mode lets through, with a switch that sends nothing back.
ip netns add sw
ip netns add a
ip netns add b
ip link add eth0 address 02:00:00:00:00:01 type veth peer name eth0 netns sw address 02:00:00:00:00:02
ip link set eth0 up
ip -n sw link set eth0 up
ip -n sw addr add 192.168.0.1/24 dev eth0
for mode in private vepa bridge; do
  echo "# $mode"
  ip link add m1 link eth0 address 02:00:00:00:00:0a netns a type macvlan mode $mode
  ip link add m2 link eth0 address 02:00:00:00:00:0b netns b type macvlan mode $mode
  ip -n a link set m1 up
  ip -n b link set m2 up
  ip -n a addr add 192.168.0.50/24 dev m1
  ip -n b addr add 192.168.0.51/24 dev m2
  sleep 2
  ip netns exec a ping -c 1 -W 1 192.168.0.1
  ip netns exec a ping -c 1 -W 1 192.168.0.51
  ip netns exec sw ping -c 1 -W 1 192.168.0.51
  ip -n a link del m1
  ip -n b link del m2
  ip -n sw neigh flush all
done
echo "# passthru"
ip link add m1 link eth0 type macvlan mode passthru
ip link add m2 link eth0 type macvlan mode bridge
ip link add m2 link eth0 type macvlan mode passthru
ip -br link show dev m1 | sed 's/m1@eth0 *//'
ip link set m1 up
ip addr add 192.168.0.50/24 dev m1
sleep 1
ping -c 1 -W 1 192.168.0.1
