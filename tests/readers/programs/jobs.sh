# Jobs in the background, traps, pipes and substitutions: a shell's tree of short processes
exec 2>/dev/null
trap 'echo "caught ) = 0"' USR1
for name in 'a) = 1' '<... x resumed>'; do
    (echo "$name"; exit 3) &
done
kill -USR1 $$
wait
cat <<'END' | while read -r line; do echo "$line"; done
+++ exited with 0 +++
1 2 3
END
(sleep 5 & kill $!; wait $!)
/nowhere/program 2>/dev/null
test -d / && echo "$(true)"
(kill -9 $(sh -c 'echo $PPID'))
exit 9
