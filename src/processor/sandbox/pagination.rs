//! Lists: the newest first, cut by `limit`, `starting_after` and `ending_before`, always consistent with the last write.

use serde_json::{Value, json};

use super::errors::ApiError;
use super::params::Params;
use super::state::{Stored, World};

/// What part of a list is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    limit: usize,
    starting_after: Option<String>,
    ending_before: Option<String>,
    created: Created,
}

/// Limits on the time of creation, in seconds since 1970.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Created {
    least: Option<i64>,
    most: Option<i64>,
}

impl Created {
    fn read(params: &mut Params) -> Result<Self, ApiError> {
        if params.is_text("created") {
            let exact = params.integer("created")?;
            return Ok(Self { least: exact, most: exact });
        }
        let read = |created: &mut Params| {
            let (gt, gte) = (created.integer("gt")?, created.integer("gte")?);
            let (lt, lte) = (created.integer("lt")?, created.integer("lte")?);
            let least = gte.max(gt.map(|bound| bound.saturating_add(1)));
            let most = match (lte, lt.map(|bound| bound.saturating_sub(1))) {
                (Some(one), Some(other)) => Some(one.min(other)),
                (one, other) => one.or(other),
            };
            Ok(Self { least, most })
        };
        Ok(params.nested("created", read)?.unwrap_or_default())
    }

    fn holds(self, at: i64) -> bool {
        self.least.is_none_or(|least| at >= least) && self.most.is_none_or(|most| at <= most)
    }
}

impl Page {
    /// Reads the paging parameters.
    ///
    /// # Errors
    /// 400 for a limit outside 1 to 100 or both cursors at once.
    pub fn read(params: &mut Params) -> Result<Self, ApiError> {
        let limit = params.integer("limit")?.unwrap_or(10);
        let limit = usize::try_from(limit).ok().filter(|limit| (1..=100).contains(limit)).ok_or_else(|| {
            ApiError::invalid("limit", "This value must be between 1 and 100.").code("parameter_invalid_integer")
        })?;
        let (starting_after, ending_before) = (params.text("starting_after")?, params.text("ending_before")?);
        if starting_after.is_some() && ending_before.is_some() {
            let message = "You may only specify one of these parameters: starting_after, ending_before.";
            return Err(ApiError::invalid("starting_after", message).code("parameters_exclusive"));
        }
        Ok(Self { limit, starting_after, ending_before, created: Created::read(params)? })
    }

    /// The page of those rows that `wanted` lets through.
    ///
    /// # Errors
    /// 400 for a cursor that names nothing.
    pub fn list<T: Stored>(
        &self,
        world: &World,
        url: &str,
        wanted: impl Fn(&T) -> bool,
        render: impl Fn(&T) -> Value,
    ) -> Result<Value, ApiError> {
        let table = T::table(world);
        let position = |cursor: &Option<String>, param: &str| {
            let Some(id) = cursor else { return Ok(None) };
            table.position(id).map(Some).ok_or_else(|| ApiError::missing(T::LABEL, id, param))
        };
        let after = position(&self.starting_after, "starting_after")?;
        let before = position(&self.ending_before, "ending_before")?;
        let fits = |row: &&T| self.created.holds(row.created()) && wanted(row);
        let place = |row: &T| table.position(row.id()).unwrap_or_default();
        let mut rows: Vec<&T> = match before {
            // Upwards from the cursor, so that the rows next to it are the ones that fit.
            Some(before) => table.iter().skip(before + 1).filter(fits).take(self.limit + 1).collect(),
            None => {
                let older = |row: &&T| after.is_none_or(|after| place(row) < after);
                table.iter().rev().filter(older).filter(fits).take(self.limit + 1).collect()
            }
        };
        let has_more = rows.len() > self.limit;
        rows.truncate(self.limit);
        if before.is_some() {
            rows.reverse();
        }
        let data: Vec<Value> = rows.into_iter().map(render).collect();
        Ok(json!({"object": "list", "data": data, "has_more": has_more, "url": url}))
    }
}

#[cfg(test)]
mod tests {
    use super::super::form::decode;
    use super::super::objects::Customer;
    use super::super::state::Record;
    use super::*;

    fn world(count: i64) -> World {
        let mut world = World::default();
        for number in 0..count {
            world.apply(Record::Customer(Customer {
                id: format!("cus_{number}"),
                created: number,
                deleted: false,
                description: None,
                email: None,
                name: None,
                phone: None,
                address: None,
                preferred_locales: Vec::new(),
                default_payment_method: None,
                invoice_prefix: String::new(),
                metadata: Default::default(),
            }));
        }
        world
    }

    fn page(world: &World, raw: &str) -> (Vec<i64>, bool) {
        let page = Page::read(&mut Params::new(decode(raw.as_bytes()).expect("decodes"))).expect("page");
        let list = page.list::<Customer>(world, "/v1/customers", |_| true, |row| row.created.into()).expect("list");
        let numbers = list["data"].as_array().expect("array").iter().filter_map(Value::as_i64).collect();
        (numbers, list["has_more"] == true)
    }

    #[test]
    fn pages_in_both_directions() {
        let world = world(6);
        assert_eq!(page(&world, "limit=2"), (vec![5, 4], true));
        assert_eq!(page(&world, "limit=2&starting_after=cus_2"), (vec![1, 0], false));
        assert_eq!(page(&world, "limit=2&ending_before=cus_2"), (vec![4, 3], true));
        assert_eq!(page(&world, "limit=3&ending_before=cus_2"), (vec![5, 4, 3], false));
        assert_eq!(page(&world, "created[gte]=2&created[lt]=4"), (vec![3, 2], false));
        assert_eq!(page(&world, "created=3"), (vec![3], false));
    }

    #[test]
    fn refuses_bad_limits_and_cursors() {
        let read = |raw: &str| Page::read(&mut Params::new(decode(raw.as_bytes()).expect("decodes")));
        assert!(read("limit=0").is_err() && read("limit=101").is_err());
        assert!(read("starting_after=a&ending_before=b").is_err());
        let unknown = read("starting_after=cus_9").expect("reads");
        assert!(unknown.list::<Customer>(&world(1), "", |_| true, Customer::render).is_err());
    }
}
