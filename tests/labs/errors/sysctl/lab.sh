# sysctl and its errors.
sysctl net.ipv4.no_such_thing
echo $?
sysctl -w net.ipv4.no_such_thing=1
echo $?
sysctl -w net.ipv4.ip_forward
echo $?
sysctl -w net.ipv4.ip_forward=frob
echo $?
sysctl -w net.ipv4.conf.eth9.rp_filter=1
echo $?
sysctl net.ipv4.conf.lo.rp_filter=
echo $?
sysctl net.ipv4.ip_forward
