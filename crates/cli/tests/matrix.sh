# An internal network, and one whose containers may not speak to each other.
docker network create --subnet 10.1.0.0/24 --internal inner >/dev/null
docker network create --subnet 10.2.0.0/24 -o com.docker.network.bridge.enable_icc=false quiet >/dev/null
for n in 1 2 3; do
	docker run -d --name web$n -p 808$n:80 nginx >/dev/null
	docker run -d --name db$n --network inner redis >/dev/null
done
docker run -d --name q1 --network quiet nginx >/dev/null
docker run -d --name q2 --network quiet nginx >/dev/null
ip link set lo up
