# ping and its errors.
ping
echo $?
ping -c 0 127.0.0.1
ping -c x 127.0.0.1
ping -c1 10.0.0.1
echo $?
ping -c1 127.0.0.1
ip link set lo up
ping -c1 -I eth9 127.0.0.1
echo $?
ping -c1 -I 10.0.0.9 127.0.0.1
echo $?
ping -c1 -t 0 127.0.0.1
ping -c1 -t 300 127.0.0.1
ping -c1 -W x 127.0.0.1
ping -c1 no-such-host
ping -c1 -M frob 127.0.0.1
ping --frob 2>&1 | head -n 1
ping -c1 -s 65507 127.0.0.1
