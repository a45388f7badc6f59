const O=272,d=[272],t={2272:((o,E,_)=>{_.d(E,{fromEnv:()=>s.sF});var s=_(3645),D=_(3734),n=_(9238)})};export{O as id,d as ids,t as modules};
