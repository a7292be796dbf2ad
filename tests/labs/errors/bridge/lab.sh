# bridge and its errors.
bridge link set dev eth9 hairpin on
echo $?
ip link add v1 type veth peer name v2
bridge link set dev v1 hairpin on
echo $?
bridge link set dev v1
bridge link set hairpin on
bridge fdb add 02:00:00:00:00:01 dev eth9
echo $?
bridge fdb add frob dev v1
bridge fdb del 02:00:00:00:00:01 dev v1 master
echo $?
bridge frob
echo $?
bridge fdb show br nosuch
