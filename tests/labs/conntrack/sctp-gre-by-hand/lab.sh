# Entries of SCTP, GRE, UDP-Lite, DCCP and of protocols without a tracker, made, shown, changed and deleted by hand.
iptables -A INPUT -m conntrack --ctstate NEW
conntrack -I -p sctp -s 10.0.0.1 -d 10.0.0.2 --sport 1 --dport 2 -t 100 --state ESTABLISHED --orig-vtag 1 --reply-vtag 2
echo "status $?"
conntrack -I -p sctp -s 10.0.0.1 -d 10.0.0.2 --sport 3 --dport 4 -t 100 --state COOKIE_WAIT
echo "status $?"
conntrack -I -p sctp -s 10.0.0.1 -d 10.0.0.2 --sport 5 --dport 6 -t 100
echo "status $?"
conntrack -I -p sctp -s 10.0.0.1 -d 10.0.0.2 --sport 9 --dport 10 -t 100 --state NONE --orig-vtag 305419896 --reply-vtag 0x10
echo "status $?"
conntrack -I -p sctp -s 10.0.0.1 -d 10.0.0.2 --sport 9 -t 100 --state CLOSED --orig-vtag 3 --reply-vtag 4
echo "status $?"
conntrack -I -p sctp -s 10.0.0.1 -d 10.0.0.2 --sport 9 --dport 11 -t 100 --state CLOSED --orig-vtag 3
echo "status $?"
conntrack -I -p sctp -s 10.0.0.1 -d 10.0.0.2 --sport 11 --dport 12 -t 100 --state CLOSED --orig-vtag 3 --reply-vtag 4 -u ASSURED
echo "status $?"
conntrack -A -p sctp -s 10.0.0.1 -d 10.0.0.2 --sport 11 --dport 12 -t 100 --state CLOSED --orig-vtag 3 --reply-vtag 4 -u ASSURED
echo "status $?"
conntrack -I -p gre -s 10.0.0.1 -d 10.0.0.2 --srckey 0x10 --dstkey 7 -t 90
echo "status $?"
conntrack -I -p gre -s 10.0.0.1 -d 10.0.0.2 -t 90
echo "status $?"
conntrack -I -p gre -s 10.0.0.1 -d 10.0.0.2 --srckey 1 -t 90
echo "status $?"
conntrack -I -p udplite -s 10.0.0.1 -d 10.0.0.2 --sport 1 --dport 2 -t 80
echo "status $?"
conntrack -I -p dccp -s 10.0.0.1 -d 10.0.0.2 --sport 1 --dport 2 -t 80 --state OPEN --role client
echo "status $?"
conntrack -I -p dccp -s 10.0.0.1 -d 10.0.0.2 --sport 1 --dport 2 -t 80 --state OPEN
echo "status $?"
conntrack -I -p esp -s 10.0.0.1 -d 10.0.0.2 -t 70
echo "status $?"
conntrack -I -p 253 -s 10.0.0.1 -d 10.0.0.2 -t 70
echo "status $?"
sleep 0.2
conntrack -L -o extended
conntrack -L -o xml | sed 's/<id>[0-9]*<.id>//' | sort
conntrack -L -o save | sort
sort /proc/net/nf_conntrack
conntrack -U -p sctp --sport 1 --state SHUTDOWN_SENT
echo "status $?"
conntrack -U -p sctp -s 10.0.0.1 --sport 1 --state SHUTDOWN_SENT
echo "status $?"
conntrack -U -p sctp -s 10.0.0.1 --sport 1 --state SHUTDOWN_SENT --orig-vtag 9 --reply-vtag 8
echo "status $?"
conntrack -U -p sctp -s 10.0.0.1 --sport 1 --orig-vtag 9
echo "status $?"
conntrack -L -p sctp --state ESTABLISHED
echo "status $?"
conntrack -L -p sctp --state SHUTDOWN_SENT
echo "status $?"
conntrack -L -p sctp --orig-vtag 1
echo "status $?"
conntrack -G -p sctp -s 10.0.0.1 -d 10.0.0.2 --sport 1 --dport 2
echo "status $?"
conntrack -G -p sctp -s 10.0.0.1 -d 10.0.0.2 --sport 1
echo "status $?"
conntrack -G -p gre -s 10.0.0.1 -d 10.0.0.2 --srckey 0x10 --dstkey 7
echo "status $?"
conntrack -G -p gre -s 10.0.0.1 -d 10.0.0.2
echo "status $?"
conntrack -L -p gre --srckey 16 
echo "status $?"
conntrack -D -p gre --dstkey 7
echo "status $?"
conntrack -D -p sctp --reply-port-src 4
echo "status $?"
conntrack -D -p sctp --state NONE
echo "status $?"
conntrack -D -p sctp --dport 12 -o xml | sed 's/<id>[0-9]*<.id>//'
echo "status $?"
