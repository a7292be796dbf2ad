# What bash says of a command that does not exist, and of a file that is not there; the lab goes on.
frobnicate --now
echo $?
ip netns add a
ip netns exec a frobnicate
echo $?
./no-such-script
echo $?
/no/such/file
echo $?
cat /no/such/file
echo $?
