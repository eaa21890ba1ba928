//! Schemas on a real MariaDB.

use fabwright::database::{self, MysqlServer, script};

#[tokio::test]
async fn the_server_runs_scripts_and_goes_with_its_value() {
    let server = MysqlServer::start().await.unwrap();
    let url = server.database().await.unwrap();
    let sql = "CREATE TABLE a (b int);\nDELIMITER //\nCREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW BEGIN SET @a = 1; SET NEW.b = @a || 0; END//\nDELIMITER ;\nINSERT INTO a VALUES (0);";
    script::apply(&url, sql).await.unwrap();
    let again = script::apply(&url, "INSERT INTO a VALUES (1); CREATE TABLE a (b int);").await.unwrap_err();
    assert!(again.to_string().contains("already exists"), "{again}");
    let name = database::server(&url).await.unwrap();
    assert!(name.starts_with("MariaDB 1") || name.starts_with("MySQL "), "{name}");
    let folder = server.folder().to_owned();
    assert!(folder.join("s").exists());
    drop(server);
    assert!(!folder.exists());
}
