# nc and its errors.
nc 2>&1 | head -n 1
nc -z 127.0.0.1 2>&1 | head -n 1
nc -n 127.0.0.1 99999
echo $?
nc -n 127.0.0.1 80
echo $?
nc -v -n -z 127.0.0.1 80
ip link set lo up
nc -v -n -z 127.0.0.1 80
echo $?
nc -n -z -v nosuchhost 80
echo $?
nc -n -z -v -s 10.0.0.9 127.0.0.1 80
nc -w x -n 127.0.0.1 80
nc -u -v -n -z 127.0.0.1 53
echo $?
