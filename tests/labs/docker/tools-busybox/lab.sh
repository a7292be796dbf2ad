# What Busybox's programs say in a container.
dockerd --version-profile 20.10
docker network create net1 >/dev/null
docker run -d --name c1 --network net1 busybox sleep 600 >/dev/null
docker run -d --name c2 --network net1 busybox sleep 600 >/dev/null
docker run -d --name web --network net1 nginx >/dev/null
sleep 0.5
t() { echo "--- $*"; docker exec c1 "$@" 2>&1; echo "status $?"; }
rtt() { sed 's/time=.*/time=T/; s/= [0-9.].* ms/= T/'; }
t ping -c 2 c2 | rtt
t ping -c 1 -q 172.18.0.3 | rtt
t ping -c 1 -s 100 -W 1 172.18.0.3 | rtt
t ping -c 1 -W 1 172.18.0.99
t ping
t ping -z c2
t wget -qO- http://c2/
t wget -O- http://nosuch/
t wget --spider http://web/
t wget -q --spider http://web/
t wget
t wget --spider http://c2:81/
t nslookup
t nslookup 172.18.0.3
t nc c2 81
t nc nosuch 81
t nc -w 1 172.18.0.99 81
t nc
t nc -y
