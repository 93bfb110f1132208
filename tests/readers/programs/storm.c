#define _GNU_SOURCE
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <signal.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <poll.h>
#include <time.h>
static int p[2];
static void on(int s){(void)s;}
static void nap(long us){struct timespec t={us/1000000,(us%1000000)*1000};nanosleep(&t,0);}
static void *reader(void*a){char c;(void)a;for(int i=0;i<20;i++)read(p[0],&c,1);return 0;}
static void *execer(void*a){(void)a;nap(3000);execl("/bin/true","true",(char*)0);return 0;}
int main(int c,char**v){
  signal(SIGUSR1,on);
  if(c>1){pthread_t t;pthread_create(&t,0,execer,0);pause();return 0;}
  pipe(p);
  pthread_t t[3];for(int i=0;i<3;i++)pthread_create(&t[i],0,reader,0);
  for(int i=0;i<60;i++){write(p[1],"z",1);nap(50);}
  for(int i=0;i<3;i++)pthread_join(t[i],0);
  kill(getpid(),SIGUSR1);
  const char*s=") = 0 <0.000001>\n\" = \"<unfinished ...>";write(open("/dev/null",O_WRONLY),s,strlen(s));
  const char*names[]={"a) = 3 ","<unfinished ...>","new\nline","q\"uote\\","a->","b = 4 (x","a) = 4 E (b","a) = 3<x>",0};
  for(int i=0;names[i];i++){int f=open(names[i],O_RDWR|O_CREAT,0600);write(f,names[i],strlen(names[i]));struct pollfd q={f,POLLIN,0};poll(&q,1,0);int g=dup(f);close(g);unlink(names[i]);g=dup(f);poll(&q,1,0);close(g);close(f);}
  struct sockaddr_un u={.sun_family=AF_UNIX};strcpy(u.sun_path,"s) = 3<b>");unlink(u.sun_path);
  int l=socket(AF_UNIX,SOCK_STREAM,0);bind(l,(void*)&u,sizeof u);listen(l,5);
  int k=socket(AF_UNIX,SOCK_STREAM,0);connect(k,(void*)&u,sizeof u);int ac=accept(l,0,0);write(ac,"hi",2);char b[9];read(k,b,9);close(ac);dup(l);unlink(u.sun_path);
  pid_t q;
  if(!(q=fork())){raise(SIGKILL);} waitpid(q,0,0);
  if(!(q=fork())){abort();} waitpid(q,0,0);
  if(!(q=fork())){pause();} nap(2000);kill(q,SIGTERM);waitpid(q,0,0);
  if(!(q=fork())){execl(v[0],v[0],"x",(char*)0);} waitpid(q,0,0);
  umask(022); syscall(9999,1,2,3);
  pthread_t r;pthread_create(&r,0,reader,0);nap(1000);
  return 3;}
