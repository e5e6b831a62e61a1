-- Every user of the tutorial has the claim `admin` ("may use the service").
ALTER TABLE `user` ADD COLUMN `admin` BOOLEAN NOT NULL DEFAULT TRUE;

ALTER TABLE `user` ADD COLUMN `operator` BOOLEAN NOT NULL DEFAULT FALSE;

-- Added without a default, then given one: rows from before have no known time.
ALTER TABLE `user` ADD COLUMN `created_at` TIMESTAMP NULL DEFAULT NULL;

ALTER TABLE `user` MODIFY `created_at` TIMESTAMP NULL DEFAULT CURRENT_TIMESTAMP;
