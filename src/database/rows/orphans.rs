//! Rows without the rows that they reference, which a server took while its foreign keys slept.

use super::Inserted;
use crate::schema::ObjectName;

/// A foreign key, with the rows that break it.
pub(super) struct Key {
    pub child: ObjectName,
    pub parent: String,
    /// What stands behind the DELETE or the SELECT of these rows: `FROM child … WHERE …`.
    pub orphans: String,
}

/// Takes out the rows without the rows that they reference, and then those that these leave behind. `delete` takes out
/// those of one key, and tells how many they were.
pub(super) async fn remove(
    keys: &[Key],
    inserted: &mut [Inserted],
    mut delete: impl AsyncFnMut(&Key) -> sqlx::Result<u64>,
) -> sqlx::Result<()> {
    loop {
        let mut removed = 0;
        for key in keys {
            let rows = delete(key).await? as usize;
            if rows > 0
                && let Some(table) = inserted.iter_mut().find(|table| table.table == key.child)
            {
                table.rows = table.rows.saturating_sub(rows);
                table.reject(format!("foreign key: no such row in {}", key.parent), rows);
            }
            removed += rows;
        }
        if removed == 0 {
            return Ok(());
        }
    }
}
