-- The tutorial's table has whatever character set its server had. With latin1, an address outside
-- of it is an "illegal mix of collations" instead of an unknown user.
-- This collation exists in MySQL and MariaDB: addresses are equal whatever their case and accents.
ALTER TABLE `user`
  MODIFY `email` VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci NOT NULL;

-- Passwords and hashes differ in case.
ALTER TABLE `user`
  MODIFY `password` VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL;
