//! Variables and their scopes.

use std::rc::Rc;

use packetwalk_wire::sorted::Map;

use crate::sys::proc::Env;

#[derive(Clone, Debug)]
pub(crate) enum Value {
    /// Declared only.
    Unset,
    Scalar(Vec<u8>),
    Array(Map<i64, Vec<u8>>),
}

#[derive(Clone, Debug)]
pub(crate) struct Var {
    pub value: Value,
    pub exported: bool,
    pub readonly: bool,
    pub integer: bool,
}

impl Var {
    fn new(value: Value) -> Self {
        Self { value, exported: false, readonly: false, integer: false }
    }

    /// The value as a scalar: an array's is its element 0.
    pub fn scalar(&self) -> Option<&[u8]> {
        match &self.value {
            Value::Unset => None,
            Value::Scalar(text) => Some(text),
            Value::Array(map) => map.get(&0).map(Vec::as_slice),
        }
    }
}

type Scope = Map<Vec<u8>, Var>;

/// The variables that a shell sees: the global scope, and one for each function that runs.
#[derive(Clone, Debug)]
pub(crate) struct Vars {
    scopes: Vec<Rc<Scope>>,
    env: Option<Rc<Env>>,
}

/// An assignment to a read-only variable.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct ReadOnly;

impl Vars {
    pub fn new(env: &Env) -> Self {
        let mut scope = Scope::new();
        for (name, value) in env {
            let var = Var { exported: true, ..Var::new(Value::Scalar(value.clone())) };
            scope.insert(name.clone(), var);
        }
        Self { scopes: vec![Rc::new(scope)], env: None }
    }

    pub fn get(&self, name: &[u8]) -> Option<&Var> {
        self.scopes.iter().rev().find_map(|s| s.get(name))
    }

    /// The variable as its scope has it, for a change; made in the global scope when there is none.
    fn entry(&mut self, name: &[u8]) -> Option<&mut Var> {
        self.env = None;
        let at = self.scopes.iter().rposition(|s| s.contains_key(name)).unwrap_or(0);
        let scope = Rc::make_mut(self.scopes.get_mut(at)?);
        Some(scope.or_insert_with(name.to_vec(), || Var::new(Value::Unset)))
    }

    /// Changes a variable, made when there is none; a read-only one is left.
    pub fn change(&mut self, name: &[u8], change: impl FnOnce(&mut Var)) -> Result<(), ReadOnly> {
        match self.entry(name) {
            Some(var) if !var.readonly => {
                change(var);
                Ok(())
            }
            _ => Err(ReadOnly),
        }
    }

    /// Sets a scalar, or an array's element 0.
    pub fn set(&mut self, name: &[u8], value: Vec<u8>) -> Result<(), ReadOnly> {
        self.change(name, |var| match &mut var.value {
            Value::Array(map) => {
                map.insert(0, value);
            }
            other => *other = Value::Scalar(value),
        })
    }

    /// Sets an array's element; a scalar becomes an array.
    pub fn set_element(&mut self, name: &[u8], index: i64, value: Vec<u8>) -> Result<(), ReadOnly> {
        self.change(name, |var| {
            if let Value::Array(map) = &mut var.value {
                map.insert(index, value);
                return;
            }
            let mut map = Map::new();
            if let Value::Scalar(old) = std::mem::replace(&mut var.value, Value::Unset) {
                map.insert(0, old);
            }
            map.insert(index, value);
            var.value = Value::Array(map);
        })
    }

    /// Sets the attributes of a variable; a read-only one keeps its value, not its attributes.
    pub fn attribute(&mut self, name: &[u8], change: impl FnOnce(&mut Var)) {
        if let Some(var) = self.entry(name) {
            change(var);
        }
    }

    /// Forgets a variable.
    pub fn unset(&mut self, name: &[u8]) -> Result<(), ReadOnly> {
        if self.get(name).is_some_and(|v| v.readonly) {
            return Err(ReadOnly);
        }
        self.env = None;
        if let Some(at) = self.scopes.iter().rposition(|s| s.contains_key(name))
            && let Some(scope) = self.scopes.get_mut(at)
        {
            let scope = Rc::make_mut(scope);
            if at == 0 {
                scope.remove(name);
            } else {
                // A local one stays local.
                scope.insert(name.to_vec(), Var::new(Value::Unset));
            }
        }
        Ok(())
    }

    /// Makes a variable of the function that runs; it keeps the outer one's value only as `local` says.
    pub fn declare_local(&mut self, name: &[u8]) {
        self.env = None;
        if let Some(scope) = self.scopes.last_mut() {
            Rc::make_mut(scope).or_insert_with(name.to_vec(), || Var::new(Value::Unset));
        }
    }

    pub fn push_scope(&mut self) {
        self.scopes.push(Rc::default());
    }

    pub fn pop_scope(&mut self) {
        if self.scopes.len() > 1 {
            self.scopes.pop();
            self.env = None;
        }
    }

    /// Every name that is seen, with its variable, sorted.
    pub fn all(&self) -> Map<&[u8], &Var> {
        let mut all = Map::new();
        for scope in &self.scopes {
            for (name, var) in scope.iter() {
                all.insert(name.as_slice(), var);
            }
        }
        all
    }

    /// The exported variables, for a child.
    pub fn env(&mut self) -> Rc<Env> {
        if let Some(env) = &self.env {
            return Rc::clone(env);
        }
        let env: Env = self
            .all()
            .into_iter()
            .filter(|(_, v)| v.exported)
            .filter_map(|(name, v)| Some((name.to_vec(), v.scalar()?.to_vec())))
            .collect();
        let env = Rc::new(env);
        self.env = Some(Rc::clone(&env));
        env
    }
}
